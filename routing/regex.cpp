#include "routing/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <atomic>

namespace fairway::routing {

namespace {

// PCRE2 allows ten million steps by default, which is most of a second. Patterns of paths need some dozens.
constexpr std::uint32_t kMatchLimit = 100'000;
constexpr std::uint32_t kDepthLimit = 1'000;       // matters only where machine code could not be made
constexpr std::uint32_t kHeapLimitKibibytes = 64;  // likewise

std::atomic<std::uint64_t> gave_up{0};

struct FreeCode {
    void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};

/// What a thread needs to match, made when it first does.
class MatchMemory {
public:
    MatchMemory()
        : data(pcre2_match_data_create(std::tuple_size_v<RegexGroups>, nullptr)),
          context(pcre2_match_context_create(nullptr)) {
        if (context == nullptr) return;
        pcre2_set_match_limit(context, kMatchLimit);
        pcre2_set_depth_limit(context, kDepthLimit);
        pcre2_set_heap_limit(context, kHeapLimitKibibytes);
    }
    MatchMemory(const MatchMemory&) = delete;
    MatchMemory& operator=(const MatchMemory&) = delete;
    ~MatchMemory() {
        pcre2_match_context_free(context);
        pcre2_match_data_free(data);
    }

    pcre2_match_data* data;
    pcre2_match_context* context;
};

std::string error_text(int code) {
    std::array<PCRE2_UCHAR, 160> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

/// There is machine code, and the subject need not be checked before each match, as (*UTF) asks for.
bool may_match_directly(const pcre2_code* code) noexcept {
    std::size_t machine_code_bytes = 0;
    std::uint32_t options = 0;
    pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &machine_code_bytes);
    pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    return machine_code_bytes != 0 && (options & PCRE2_UTF) == 0;
}

void read_groups(std::string_view subject, const pcre2_match_data* data, int count, RegexGroups& groups) {
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(const_cast<pcre2_match_data*>(data));
    // 0: more groups than there is room for, all places are filled.
    const auto filled = count == 0 ? groups.size() : static_cast<std::size_t>(count);
    groups.fill({});
    for (std::size_t i = 0; i < filled; ++i) {
        const auto begin = offsets[2 * i];
        const auto end = offsets[2 * i + 1];
        // \K in a look-ahead can put the end before the beginning.
        if (begin != PCRE2_UNSET && begin <= end) groups[i] = subject.substr(begin, end - begin);
    }
}

}  // namespace

struct Regex::Compiled {
    std::string pattern;
    Case case_mode;
    std::unique_ptr<pcre2_code, FreeCode> code;
    bool direct = false;  ///< pcre2_match()'s checks are not needed

    int match(std::string_view subject, const MatchMemory& memory) const noexcept {
        const auto* const bytes = reinterpret_cast<PCRE2_SPTR>(subject.empty() ? "" : subject.data());  // not null
        return direct ? pcre2_jit_match(code.get(), bytes, subject.size(), 0, 0, memory.data, memory.context)
                      : pcre2_match(code.get(), bytes, subject.size(), 0, 0, memory.data, memory.context);
    }
};

Result<Regex> Regex::compile(std::string_view pattern, Case case_mode) {
    if (pattern.size() > kMaxPatternBytes)
        return Error{fmt::format("pattern \"{}...\" has {} bytes; {} are allowed", pattern.substr(0, 60),
                                 pattern.size(), kMaxPatternBytes)};
    // \C matches half of a UTF-8 sequence and has no machine code.
    const std::uint32_t options = PCRE2_NEVER_BACKSLASH_C | (case_mode == Case::ignored ? PCRE2_CASELESS : 0);
    int error = 0;
    PCRE2_SIZE offset = 0;
    std::unique_ptr<pcre2_code, FreeCode> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error, &offset, nullptr));
    if (!code) return Error{fmt::format("pattern \"{}\": {} at byte {}", pattern, error_text(error), offset)};
    // Where this fails the pattern is interpreted, within the same limits.
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
    const bool direct = may_match_directly(code.get());
    return Regex(std::make_shared<const Compiled>(Compiled{std::string(pattern), case_mode, std::move(code), direct}));
}

RegexOutcome Regex::match(std::string_view subject, RegexGroups* groups) const noexcept {
    thread_local const MatchMemory memory;
    const int result =
        memory.data == nullptr || memory.context == nullptr ? PCRE2_ERROR_NOMEMORY : compiled_->match(subject, memory);
    if (result >= 0) {
        if (groups != nullptr) read_groups(subject, memory.data, result, *groups);
        return RegexOutcome::matched;
    }
    switch (result) {
        case PCRE2_ERROR_MATCHLIMIT:
        case PCRE2_ERROR_DEPTHLIMIT:
        case PCRE2_ERROR_HEAPLIMIT:
        case PCRE2_ERROR_JIT_STACKLIMIT:
        case PCRE2_ERROR_NOMEMORY: gave_up.fetch_add(1, std::memory_order_relaxed); return RegexOutcome::gave_up;
        default: return RegexOutcome::no_match;  // also a subject that is not the UTF-8 that (*UTF) asks for
    }
}

const std::string& Regex::pattern() const noexcept { return compiled_->pattern; }

std::uint64_t Regex::gave_up_count() noexcept { return gave_up.load(std::memory_order_relaxed); }

bool Regex::operator==(const Regex& other) const noexcept {
    return compiled_ == other.compiled_ ||
           (compiled_->pattern == other.compiled_->pattern && compiled_->case_mode == other.compiled_->case_mode);
}

}  // namespace fairway::routing
