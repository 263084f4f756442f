#define PCRE2_CODE_UNIT_WIDTH 8
#include "waf/rule_text.hpp"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "waf/directives.hpp"

namespace fairway::waf {

namespace {

struct Forbidden {
    std::string_view name;  ///< in lower case
    std::string_view why;
};

constexpr std::string_view kRunsCode = "it runs programs or scripts in the proxy";
constexpr std::string_view kAsksNetwork = "it asks the network while requests wait";
constexpr std::string_view kReadsFiles = "it reads files of the proxy; write what is in the file into the rule";

constexpr Forbidden kDirectives[] = {
    {"secrulescript", kRunsCode},
    {"secremoterules", "it fetches rules from the network; write them here"},
    {"secremoterulesfailaction", "it fetches rules from the network; write them here"},
    {"sechttpblkey", kAsksNetwork},
    {"secgeolookupdb", kReadsFiles},
    {"secauditlog2", "one log is written; leave it out"},
};
constexpr Forbidden kOperators[] = {
    {"inspectfile", kRunsCode},       {"rbl", kAsksNetwork},
    {"pmfromfile", kReadsFiles},      {"pmf", kReadsFiles},
    {"ipmatchfromfile", kReadsFiles}, {"ipmatchf", kReadsFiles},
    {"fuzzyhash", kReadsFiles},       {"validatedtd", kReadsFiles},
    {"validateschema", kReadsFiles},  {"geolookup", kReadsFiles},
};
constexpr Forbidden kActions[] = {
    {"exec", kRunsCode},
    {"setenv", "it changes the environment of the whole proxy, while other threads read it"},
};

template <std::size_t Size>
const Forbidden* find(const Forbidden (&list)[Size], std::string_view name) {
    const auto* const found = std::ranges::find(list, name, &Forbidden::name);
    return found == std::end(list) ? nullptr : found;
}

/// Wherever it stands in the directive: "@name", which no other word begins with.
const Forbidden* find_operator(std::string_view text) {
    for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
        auto end = at + 1;
        while (end < text.size() && ascii::is_alnum(text[end])) ++end;
        if (const auto* found = find(kOperators, ascii::lower_copy(text.substr(at + 1, end - at - 1)))) return found;
    }
    return nullptr;
}

/// The pattern of a rule's operator, written without a name or as @rx; empty: it has another one.
std::string_view pattern_of(const Directive& directive) {
    if (directive.words.size() != 3 && directive.words.size() != 4) return {};
    std::string_view text = directive.words[2];
    if (text.starts_with('!')) text.remove_prefix(1);
    if (text.starts_with("@rx ")) text.remove_prefix(4);
    // A macro makes it anew for each request.
    return text.starts_with('@') || text.find("%{") != std::string_view::npos ? std::string_view() : text;
}

/// What PCRE says against it; empty: nothing. The library would take it without a word, and it would never match.
std::string pattern_error(std::string_view pattern) {
    if (pattern.empty()) return {};
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_code* const code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                           PCRE2_DOTALL | PCRE2_MULTILINE, &error, &at, nullptr);
    if (code != nullptr) {
        pcre2_code_free(code);
        return {};
    }
    std::array<PCRE2_UCHAR, 120> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return fmt::format("{} at character {}", reinterpret_cast<const char*>(text.data()), at + 1);
}

class Preparer {
public:
    std::optional<Error> add_snippet(std::string_view snippet) {
        for (const auto& directive : split_directives(snippet))
            if (auto error = add(directive)) return error;
        return std::nullopt;
    }
    void add_base() {
        for (const auto& directive : split_directives(base_rules())) {
            note_settings(directive);
            append(directive.text, 0);
        }
    }
    std::optional<Error> add_core() {
        if (std::exchange(has_core_, true)) return std::nullopt;
        const auto text = core_rules();
        if (!text) return text.error();
        append(std::string_view(*text).substr(0, text->size() - 1), 0);
        return std::nullopt;
    }
    RuleText finish() {
        // Without a limit the library would keep bodies of any size in memory.
        if (!has_request_limit_) append("SecRequestBodyLimit 13107200\nSecRequestBodyLimitAction Reject", 0);
        if (!has_response_limit_) append("SecResponseBodyLimit 524288\nSecResponseBodyLimitAction ProcessPartial", 0);
        result_.request_body |= switches_request_body_;
        return std::move(result_);
    }

private:
    std::optional<Error> add(const Directive& directive) {
        if (auto error = judge(directive)) return error;
        note_settings(directive);
        const auto name = ascii::lower_copy(directive.words[0]);
        const std::string value = directive.words.size() > 1 ? directive.words[1] : "";
        if (name == "include" || name == "includeoptional") return include(directive, value);
        if (name == "secauditlog") return add_log(directive, value, "/dev/stdout"), std::nullopt;
        if (name == "secdebuglog") return add_log(directive, value, "/dev/stderr"), std::nullopt;
        if (name == "secauditlogtype" && ascii::lower_copy(value) != "serial") {
            note(directive, fmt::format("SecAuditLogType {} writes files; Serial acts in its place", value));
            append("SecAuditLogType Serial", directive.line);
        } else if (name == "secunicodemapfile") {
            note(directive, "SecUnicodeMapFile reads a file and is left out");
        } else {
            append(directive.text, directive.line);
        }
        return std::nullopt;
    }

    static std::optional<Error> judge(const Directive& directive) {
        const auto& words = directive.words;
        const auto name = ascii::lower_copy(words[0]);
        // The library lets some go on in the next line, where this reader would see another directive.
        if (directive.open_quote) return refuse(directive, words[0], "it has a quote that its line does not close");
        if (const auto* found = find(kDirectives, name)) return refuse(directive, words[0], found->why);
        const std::string value = words.size() > 1 ? ascii::lower_copy(words[1]) : "";
        if (name == "secauditlogtype" && value == "https")
            return refuse(directive, words[0] + " HTTPS", "it sends requests to the network; write Serial");
        if (name == "secuploadkeepfiles" && value != "off")
            return refuse(directive, words[0], "it keeps uploaded files on the proxy's disk; write Off");
        if (name == "secxmlexternalentity" && value != "off")
            return refuse(directive, words[0], "documents of clients would reach files and the network; write Off");
        if (name == "secrequestbodylimit" || name == "secresponsebodylimit") return judge_limit(directive, value);
        if (name == "secrule")
            if (const auto problem = pattern_error(pattern_of(directive)); !problem.empty())
                return refuse(directive, "its pattern", problem);
        if (name.starts_with("secrule"))
            if (const auto* found = find_operator(directive.text))
                return refuse(directive, fmt::format("operator @{}", found->name), found->why);
        if (name.starts_with("secrule") || name == "secaction" || name == "secdefaultaction")
            for (std::size_t word = name == "secrule" ? 3 : 1; word < words.size(); ++word)
                for (const auto& action : action_names(words[word]))
                    if (const auto* found = find(kActions, action))
                        return refuse(directive, fmt::format("action {}", action), found->why);
        return std::nullopt;
    }

    static std::optional<Error> judge_limit(const Directive& directive, std::string_view value) {
        unsigned long long bytes = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
        if (error == std::errc() && end == value.data() + value.size() && bytes > 0 && bytes <= kMaxBodyLimit)
            return std::nullopt;
        return refuse(directive, directive.words[0],
                      fmt::format("it may be 1 to {} bytes, since bodies are kept in memory", kMaxBodyLimit));
    }

    std::optional<Error> include(const Directive& directive, std::string_view path) {
        if (path == kBaseRulesPath) return add_base(), std::nullopt;
        if (path == kCoreRulesPath) {
            auto error = add_core();
            if (error) error->message = fmt::format("line {}: {}", directive.line, error->message);
            return error;
        }
        return refuse(directive, fmt::format("Include {}", path),
                      fmt::format("it reads files of the proxy; {} and {} are the ones that can be included",
                                  kBaseRulesPath, kCoreRulesPath));
    }

    void add_log(const Directive& directive, std::string_view path, std::string_view instead) {
        if (path == "/dev/stdout" || path == "/dev/stderr") return append(directive.text, directive.line);
        note(directive, fmt::format("{} {} would write a file; it goes to {}", directive.words[0], path, instead));
        append(fmt::format("{} {}", directive.words[0], instead), directive.line);
    }

    // The last one counts, as it does for the library.
    void note_settings(const Directive& directive) {
        const auto name = ascii::lower_copy(directive.words[0]);
        const std::string value = directive.words.size() > 1 ? ascii::lower_copy(directive.words[1]) : "";
        if (name == "secrequestbodyaccess") result_.request_body = value == "on";
        if (name == "secresponsebodyaccess") result_.response_body = value == "on";
        has_request_limit_ |= name == "secrequestbodylimit";
        has_response_limit_ |= name == "secresponsebodylimit";
        switches_request_body_ |=
            ascii::lower_copy(directive.text).find("ctl:requestbodyaccess=on") != std::string::npos;
    }

    static Error refuse(const Directive& directive, std::string_view what, std::string_view why) {
        return Error{fmt::format("line {}: {} is not taken: {}", directive.line, what, why)};
    }
    void note(const Directive& directive, std::string_view text) {
        result_.notes.push_back(fmt::format("line {}: {}", directive.line, text));
    }
    void append(std::string_view text, int line) {
        for (int own = line;; ++own) {
            const auto end = text.find('\n');
            result_.text.append(text.substr(0, end)).push_back('\n');
            result_.lines.push_back(line == 0 ? 0 : own);
            if (end == std::string_view::npos) return;
            text.remove_prefix(end + 1);
        }
    }

    RuleText result_;
    bool has_core_ = false;
    bool has_request_limit_ = false;
    bool has_response_limit_ = false;
    bool switches_request_body_ = false;
};

}  // namespace

Result<RuleText> prepare_rules(std::string_view snippet, bool core_rules) {
    Preparer preparer;
    if (snippet.empty())
        preparer.add_base();
    else if (auto error = preparer.add_snippet(snippet))
        return *std::move(error);
    if (core_rules)
        if (auto error = preparer.add_core()) return *std::move(error);
    return preparer.finish();
}

}  // namespace fairway::waf
