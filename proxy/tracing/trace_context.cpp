#include "proxy/tracing/trace_context.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/ascii.hpp"
#include "proxy/filters/request_id.hpp"

namespace fairway::proxy {

namespace {

// "00-" trace id "-" span id "-" flags; later versions may go on behind another "-".
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kSpanIdAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kSize = 55;

bool is_hex(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return ascii::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) noexcept { return is_hex(text) && text.find_first_not_of('0') != text.npos; }

std::optional<TraceParent> parse(std::string_view text) noexcept {
    if (text.size() < kSize || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const auto version = text.substr(0, 2);
    if (!is_hex(version) || version == "ff") return std::nullopt;
    if (text.size() > kSize && (version == "00" || text[kSize] != '-')) return std::nullopt;
    const auto flags = text.substr(kFlagsAt, 2);
    TraceParent parent{text.substr(kTraceIdAt, 32), text.substr(kSpanIdAt, 16)};
    if (!is_id(parent.trace_id) || !is_id(parent.span_id) || !is_hex(flags)) return std::nullopt;
    const char last = flags[1];
    parent.sampled = ((ascii::is_digit(last) ? last - '0' : last - 'a' + 10) & 1) != 0;
    return parent;
}

/// W3C Trace Context level 2, section "random trace id": the last 56 bits are random, so all who decide by them agree.
bool is_chosen(std::string_view trace_id, double ratio) noexcept {
    constexpr std::size_t kDigits = 14;
    std::uint64_t random = 0;
    const auto digits = trace_id.substr(trace_id.size() - kDigits);
    std::from_chars(digits.data(), digits.data() + digits.size(), random, 16);
    return random < static_cast<std::uint64_t>(std::ldexp(ratio, 4 * kDigits));
}

bool is_sampled(std::string_view trace_id, const routing::TraceSettings& settings) noexcept {
    if (settings.sampler == routing::Sampler::trace_id_ratio) return is_chosen(trace_id, settings.ratio);
    return settings.sampler == routing::Sampler::always_on;
}

}  // namespace

std::optional<TraceParent> find_trace_parent(const FieldList& fields) noexcept {
    const Field* found = nullptr;
    for (const Field& field : fields) {
        if (!ascii::iequals(field.name, "traceparent")) continue;
        if (found != nullptr) return std::nullopt;
        found = &field;
    }
    return found == nullptr ? std::nullopt : parse(found->value);
}

std::string TraceContext::traceparent() const {
    std::string text = "00-";
    text += trace_id_text();
    text += '-';
    text += span_id_text();
    text += sampled ? "-01" : "-00";
    return text;
}

TraceContext start_span(const TraceParent* parent, const routing::TraceSettings& settings,
                        const std::array<std::uint64_t, 3>& random) noexcept {
    TraceContext span;
    span.has_parent = parent != nullptr;
    write_hex(random[0], span.span_id.data());
    if (parent != nullptr) {
        parent->trace_id.copy(span.trace_id.data(), span.trace_id.size());
        parent->span_id.copy(span.parent_id.data(), span.parent_id.size());
    } else {
        write_hex(random[1], span.trace_id.data());
        write_hex(random[2], span.trace_id.data() + 16);
    }
    span.sampled =
        parent != nullptr && settings.parent_based ? parent->sampled : is_sampled(span.trace_id_text(), settings);
    return span;
}

}  // namespace fairway::proxy
