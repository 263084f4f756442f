#include "waf/directives.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace fairway::waf {

namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_spaces(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::vector<Directive> run() {
        std::vector<Directive> found;
        while (skip_to_directive()) {
            Directive directive{.line = line_, .text = {}, .words = {}};
            const std::size_t begin = at_;
            while (skip_blanks()) directive.words.push_back(word(directive.open_quote));
            directive.text = without_spaces(text_.substr(begin, at_ - begin));
            found.push_back(std::move(directive));
        }
        return found;
    }

private:
    char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n'; }
    void step() noexcept {
        if (text_[at_++] == '\n') ++line_;
    }
    /// Bytes of a backslash and the line break behind it; 0: none is here.
    std::size_t joint() const noexcept {
        if (peek() != '\\' || at_ + 1 >= text_.size()) return 0;
        if (peek(1) == '\n') return 2;
        return peek(1) == '\r' && peek(2) == '\n' ? 3 : 0;
    }

    bool skip_to_directive() {
        while (at_ < text_.size()) {
            if (text_[at_] == '#')
                skip_comment();
            else if (is_space(text_[at_]))
                step();
            else
                return true;
        }
        return false;
    }
    // As the library does it: a rule that was made a comment goes on where the rule would have.
    void skip_comment() {
        const auto rest = text_.substr(std::min(text_.find_first_not_of("# \t", at_), text_.size()));
        const bool rule = rest.starts_with("SecRule") || rest.starts_with("SecAction");
        while (at_ < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', at_), text_.size());
            const auto line = without_spaces(text_.substr(at_, end - at_));
            at_ = std::min(end + 1, text_.size());
            ++line_;
            if (!rule || !line.ends_with('\\')) return;
        }
    }

    /// To the next word of the directive; false at its end.
    bool skip_blanks() {
        while (at_ < text_.size()) {
            if (const auto bytes = joint(); bytes != 0)
                for (std::size_t i = 0; i < bytes; ++i) step();
            else if (text_[at_] == '\n')
                return false;
            else if (is_space(text_[at_]))
                step();
            else
                return true;
        }
        return false;
    }

    std::string word(bool& open) {
        const char quote = peek() == '"' || peek() == '\'' ? peek() : '\0';
        if (quote != 0) step();
        std::string result;
        while (at_ < text_.size()) {
            if (const auto bytes = joint(); bytes != 0) {
                if (quote == 0) break;
                for (std::size_t i = 0; i < bytes; ++i) step();
                continue;
            }
            const char c = text_[at_];
            if (c == '\n' || (quote != 0 ? c == quote : is_space(c))) break;
            if (quote != 0 && c == '\\' && (peek(1) == quote || peek(1) == '\\')) {
                if (peek(1) == '\\') result += c;  // two stay two: they are one for PCRE
                step();
            }
            result += text_[at_];
            step();
        }
        const bool closed = quote == 0 || (at_ < text_.size() && text_[at_] == quote);
        open |= !closed;
        if (quote != 0 && closed) step();
        return result;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

std::vector<Directive> split_directives(std::string_view text) { return Splitter(text).run(); }

std::vector<std::string> action_names(std::string_view actions) {
    std::vector<std::string> names;
    bool quoted = false;
    bool in_name = true;
    std::string name;
    const auto end_action = [&] {
        if (const auto trimmed = without_spaces(name); !trimmed.empty()) names.emplace_back(trimmed);
        name.clear();
        in_name = true;
    };
    for (std::size_t at = 0; at < actions.size(); ++at) {
        const char c = actions[at];
        if (c == '\\')
            ++at;
        else if (c == '\'')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            end_action();
        else if (c == ':')
            in_name = false;
        else if (in_name)
            name += ascii::to_lower(c);
    }
    end_action();
    return names;
}

}  // namespace fairway::waf
