#include "ingress/annotations/nginx_text.hpp"

#include <algorithm>
#include <utility>

namespace fairway::ingress {

namespace {

constexpr int kDeepest = 4;

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Parser {
public:
    Parser(std::string_view text, std::size_t limit) : text_(text), left_(limit) {}

    std::vector<NginxDirective> directives(int depth) {
        std::vector<NginxDirective> found;
        NginxDirective current;
        while (skip_blank() && left_ > 0) {
            const char c = text_[at_];
            if (c == '}') {
                ++at_;
                break;
            }
            if (c == '{' && depth < kDeepest) {
                ++at_;
                current.block = directives(depth + 1);
                add(found, current);
            } else if (c == ';' || c == '{') {
                ++at_;
                add(found, current);
            } else {
                current.words.push_back(word());
            }
        }
        add(found, current);
        return found;
    }

private:
    void add(std::vector<NginxDirective>& found, NginxDirective& current) {
        if (!current.words.empty() && left_ > 0) {
            --left_;
            found.push_back(std::move(current));
        }
        current = {};
    }

    /// To the next word or sign; false at the end.
    bool skip_blank() {
        while (at_ < text_.size()) {
            if (text_[at_] == '#')
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (is_space(text_[at_]))
                ++at_;
            else
                return true;
        }
        return false;
    }

    std::string word() {
        const char quote = text_[at_] == '"' || text_[at_] == '\'' ? text_[at_++] : 0;
        std::string result;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (quote != 0 ? c == quote : ends_word(c)) break;
            if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\')) ++at_;
            result += text_[at_];
        }
        if (quote != 0 && at_ < text_.size()) ++at_;
        return result;
    }

    /// The brace of ${name} belongs to its word.
    bool ends_word(char c) const { return is_space(c) || c == ';' || (c == '{' && text_[at_ - 1] != '$'); }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t left_;
};

}  // namespace

std::vector<NginxDirective> parse_nginx_text(std::string_view text, std::size_t limit) {
    return Parser(text, limit).directives(0);
}

}  // namespace fairway::ingress
