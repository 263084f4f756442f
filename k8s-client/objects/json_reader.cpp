#include "k8s-client/objects/json_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace fairway::k8s {

namespace {

char* append_utf8(char* out, std::uint32_t code) {
    const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
    if (code < 0x80) {
        *out++ = static_cast<char>(code);
        return out;
    }
    if (code < 0x800) {
        *out++ = static_cast<char>(0xC0U | (code >> 6U));
    } else {
        if (code < 0x10000) {
            *out++ = static_cast<char>(0xE0U | (code >> 12U));
        } else {
            *out++ = static_cast<char>(0xF0U | (code >> 18U));
            *out++ = tail(code >> 12U);
        }
        *out++ = tail(code >> 6U);
    }
    *out++ = tail(code);
    return out;
}

constexpr bool is_high_surrogate(std::uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
constexpr bool is_low_surrogate(std::uint32_t code) { return code >= 0xDC00 && code < 0xE000; }

}  // namespace

bool JsonReader::read_value() {
    skip_space();
    return value() && !builder_.stopped();
}

// Recursion is bounded: the builder stops at its depth limit.
bool JsonReader::value() {
    if (builder_.stopped()) return false;
    switch (peek()) {
        case '{': return object();
        case '[': return array();
        case 't': return word("true", TreeNode::Kind::boolean, 1);
        case 'f': return word("false", TreeNode::Kind::boolean, 0);
        case 'n': return word("null", TreeNode::Kind::null, 0);
        case '"': {
            TreeNode node;
            node.kind = TreeNode::Kind::string;
            node.mark = position_.at(at_);
            const auto text = string();
            if (!text) return false;
            node.text = *text;
            builder_.scalar(node);
            return true;
        }
        default: return number();
    }
}

bool JsonReader::object() {
    builder_.begin_mapping(position_.at(at_));
    ++at_;
    skip_space();
    if (peek() == '}') {
        ++at_;
        builder_.end();
        return true;
    }
    for (;;) {
        if (!key() || !value()) return false;
        skip_space();
        const char next = peek();
        if (next != ',' && next != '}') return fail("expected ',' or '}' after a value");
        ++at_;
        if (next == '}') break;
        skip_space();
    }
    builder_.end();
    return true;
}

bool JsonReader::array() {
    builder_.begin_sequence(position_.at(at_));
    ++at_;
    skip_space();
    if (peek() == ']') {
        ++at_;
        builder_.end();
        return true;
    }
    for (;;) {
        if (!value()) return false;
        skip_space();
        const char next = peek();
        if (next != ',' && next != ']') return fail("expected ',' or ']' after a value");
        ++at_;
        if (next == ']') break;
        skip_space();
    }
    builder_.end();
    return true;
}

// A key, the colon, and the space before the value.
bool JsonReader::key() {
    if (peek() != '"') return fail("expected a key in double quotes");
    TreeNode node;
    node.kind = TreeNode::Kind::string;
    node.mark = position_.at(at_);
    const auto text = string();
    if (!text) return false;
    node.text = *text;
    builder_.scalar(node);
    skip_space();
    if (peek() != ':') return fail("expected ':' after a key");
    ++at_;
    skip_space();
    return true;
}

bool JsonReader::word(std::string_view expected, TreeNode::Kind kind, std::int64_t value) {
    if (text_.substr(at_, expected.size()) != expected) return fail("expected a value");
    TreeNode node;
    node.kind = kind;
    node.number = value;
    node.mark = position_.at(at_);
    node.text = text_.substr(at_, expected.size());
    at_ += expected.size();
    builder_.scalar(node);
    return true;
}

// RFC 8259 section 6: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
bool JsonReader::number() {
    const auto start = at_;
    const auto digits = [this] {
        const auto before = at_;
        while (ascii::is_digit(peek())) ++at_;
        return at_ > before;
    };
    if (peek() == '-') ++at_;
    const bool leading_zero = peek() == '0';
    const auto whole = at_;
    if (!digits()) return fail("expected a value");
    if (leading_zero && at_ - whole > 1) return fail("a JSON number has no leading zero");
    bool real = false;
    if (peek() == '.') {
        ++at_;
        real = true;
        if (!digits()) return fail("expected a digit after the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
        ++at_;
        real = true;
        if (peek() == '-' || peek() == '+') ++at_;
        if (!digits()) return fail("expected a digit in the exponent");
    }
    TreeNode node;
    node.mark = position_.at(start);
    node.text = text_.substr(start, at_ - start);
    const auto parsed = std::from_chars(node.text.data(), node.text.data() + node.text.size(), node.number);
    node.kind = real || parsed.ec != std::errc{} ? TreeNode::Kind::real : TreeNode::Kind::integer;
    builder_.scalar(node);
    return true;
}

std::optional<std::string_view> JsonReader::string() {
    const auto start = ++at_;
    bool escaped = false;
    for (;; ++at_) {
        if (at_ >= text_.size()) {
            fail("a string is not closed");
            return {};
        }
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (byte == '"') break;
        if (byte < 0x20) {
            fail("a line break or tab inside a string; write it as \\n or \\t");
            return {};
        }
        if (byte == '\\') {
            escaped = true;
            ++at_;
        }
    }
    const auto end = at_;
    if (!escaped) return text_.substr(start, at_++ - start);
    at_ = start;
    return unescape(end);
}

// The text from here to the closing quote at `end`. An escape is never shorter than what it stands for, so the raw
// length is room enough; the value is written once, into the arena, because it may be a Secret's.
std::optional<std::string_view> JsonReader::unescape(std::size_t end) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    auto* const begin = static_cast<char*>(builder_.arena().allocate(end - at_, 1));
    auto* out = begin;
    while (at_ < end) {
        const char c = text_[at_++];
        if (c != '\\') {
            *out++ = c;
            continue;
        }
        const char escape = text_[at_++];
        if (escape == 'u') {
            const auto code = code_point();
            if (!code) {
                fail("\\u needs four hexadecimal digits that form a character");
                return {};
            }
            out = append_utf8(out, *code);
        } else if (const auto which = kEscapes.find(escape); which != std::string_view::npos) {
            *out++ = kMeanings[which];
        } else {
            fail("unknown escape in a string");
            return {};
        }
    }
    ++at_;
    return std::string_view(begin, static_cast<std::size_t>(out - begin));
}

// Behind "\u": four hexadecimal digits, or a pair of surrogates.
std::optional<std::uint32_t> JsonReader::code_point() {
    const auto first = hex4();
    if (!first || is_low_surrogate(*first)) return {};
    if (!is_high_surrogate(*first)) return first;
    if (text_.substr(at_, 2) != "\\u") return {};
    at_ += 2;
    const auto second = hex4();
    if (!second || !is_low_surrogate(*second)) return {};
    return 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00);
}

std::optional<std::uint32_t> JsonReader::hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = ascii::hex_value(peek());
        if (digit < 0) return {};
        code = code * 16 + static_cast<std::uint32_t>(digit);
        ++at_;
    }
    return code;
}

void JsonReader::skip_space() noexcept {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
        ++at_;
}

bool JsonReader::fail(std::string message) {
    at_ = std::min(at_, text_.size());
    if (!problem_) problem_ = Problem{position_.at(at_), "not valid JSON: " + std::move(message)};
    return false;
}

}  // namespace fairway::k8s
