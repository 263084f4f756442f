#include "admin/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/utf8.hpp"

namespace fairway::admin {

namespace {

void append_label_value(std::string& out, std::string_view value) {
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        const std::string_view character = value.substr(0, std::max<std::size_t>(length, 1));
        if (character == "\\")
            out += "\\\\";
        else if (character == "\"")
            out += "\\\"";
        else if (character == "\n")
            out += "\\n";
        else
            append_utf8(out, character);
        value.remove_prefix(character.size());
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
