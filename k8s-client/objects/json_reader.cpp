#include "k8s-client/objects/json_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace fairway::k8s {

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out.append({static_cast<char>(0xC0U | (code >> 6U)), tail(code)});
    } else if (code < 0x10000) {
        out.append({static_cast<char>(0xE0U | (code >> 12U)), tail(code >> 6U), tail(code)});
    } else {
        out.append({static_cast<char>(0xF0U | (code >> 18U)), tail(code >> 12U), tail(code >> 6U), tail(code)});
    }
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
    for (; at_ < text_.size(); ++at_) {
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (byte == '"') return text_.substr(start, at_++ - start);
        if (byte == '\\') break;
        if (byte < 0x20) {
            fail("a line break or control character inside a string; write it as \\n or \\u00XX");
            return {};
        }
    }
    std::string decoded(text_.substr(start, at_ - start));
    const bool complete = unescape(decoded);
    const auto kept = complete ? builder_.arena().copy(decoded) : std::string_view{};
    wipe(decoded);
    if (!complete) return {};
    return kept;
}

// The rest of a string from its first backslash on.
bool JsonReader::unescape(std::string& out) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '"') {
            ++at_;
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20)
            return fail("a line break or control character inside a string; write it as \\n or \\u00XX");
        ++at_;
        if (c != '\\') {
            out += c;
            continue;
        }
        const char escape = peek();
        ++at_;
        if (escape != 'u') {
            const auto which = kEscapes.find(escape);
            if (which == std::string_view::npos) return fail("unknown escape in a string");
            out += kMeanings[which];
            continue;
        }
        auto code = hex4();
        if (code && is_high_surrogate(*code) && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const auto low = hex4();
            if (low && is_low_surrogate(*low))
                code = 0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00);
        }
        if (!code || is_high_surrogate(*code) || is_low_surrogate(*code))
            return fail("\\u needs four hexadecimal digits that form a character");
        append_utf8(out, *code);
    }
    return fail("a string is not closed");
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
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
}

bool JsonReader::fail(std::string message) {
    at_ = std::min(at_, text_.size());
    if (!problem_) problem_ = Problem{position_.at(at_), "not valid JSON: " + std::move(message)};
    return false;
}

}  // namespace fairway::k8s
