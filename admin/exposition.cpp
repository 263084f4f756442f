#include "admin/exposition.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace fairway::admin {

namespace {

/// Length of the UTF-8 sequence that `text` begins with, or 0 when it begins with none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
    if (byte(0) < 0x80) return 1;
    if (byte(0) >= 0xC2 && byte(0) <= 0xDF) return continues(1) ? 2 : 0;
    if ((byte(0) & 0xF0) == 0xE0 && continues(1) && continues(2)) {
        const bool overlong = byte(0) == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = byte(0) == 0xED && byte(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (byte(0) >= 0xF0 && byte(0) <= 0xF4 && continues(1) && continues(2) && continues(3)) {
        const bool overlong = byte(0) == 0xF0 && byte(1) < 0x90;
        const bool too_high = byte(0) == 0xF4 && byte(1) > 0x8F;
        return overlong || too_high ? 0 : 4;
    }
    return 0;
}

void append_label_value(std::string& out, std::string_view value) {
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        if (length == 0) {
            out += "\xEF\xBF\xBD";  // U+FFFD
            value.remove_prefix(1);
            continue;
        }
        const std::string_view character = value.substr(0, length);
        if (character == "\\")
            out += "\\\\";
        else if (character == "\"")
            out += "\\\"";
        else if (character == "\n")
            out += "\\n";
        else
            out += character;
        value.remove_prefix(length);
    }
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

std::string_view name_of(MetricType type) {
    switch (type) {
        case MetricType::counter: return "counter";
        case MetricType::gauge: return "gauge";
        case MetricType::histogram: return "histogram";
    }
    return "untyped";
}

}  // namespace

Labels& Labels::add(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += ',';
    text_ += name;
    text_ += "=\"";
    append_label_value(text_, value);
    text_ += '"';
    return *this;
}

void Exposition::family(std::string_view name, MetricType type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, name_of(type));
}

void Exposition::sample(const Labels& labels, double value) {
    name_with("", labels, "");
    text_ += number(value);
    text_ += '\n';
}

void Exposition::integer(const Labels& labels, std::uint64_t value) {
    name_with("", labels, "");
    fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void Exposition::histogram(const Labels& labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                           double sum) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        name_with("_bucket", labels, i < bounds.size() ? number(bounds[i]) : "+Inf");
        fmt::format_to(std::back_inserter(text_), "{}\n", total);
    }
    name_with("_sum", labels, "");
    fmt::format_to(std::back_inserter(text_), "{}\n", number(sum));
    name_with("_count", labels, "");
    fmt::format_to(std::back_inserter(text_), "{}\n", total);
}

void Exposition::histogram(const Labels& labels, std::uint64_t count, double sum) {
    histogram(labels, {}, std::span(&count, 1), sum);
}

void Exposition::name_with(std::string_view suffix, const Labels& labels, std::string_view le) {
    text_ += name_;
    text_ += suffix;
    if (!labels.text().empty() || !le.empty()) {
        text_ += '{';
        text_ += labels.text();
        if (!le.empty()) {
            if (!labels.text().empty()) text_ += ',';
            text_ += "le=\"";
            text_ += le;
            text_ += '"';
        }
        text_ += '}';
    }
    text_ += ' ';
}

}  // namespace fairway::admin
