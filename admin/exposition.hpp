// Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fairway::admin {

inline constexpr std::string_view kExpositionContentType = "text/plain; version=0.0.4; charset=utf-8";

/// The labels of one series, rendered once and used for as many metrics as carry them. Values may be any bytes: what
/// is not UTF-8 is replaced, because one bad byte would make Prometheus drop the whole scrape.
class Labels {
public:
    Labels() = default;

    Labels& add(std::string_view name, std::string_view value);
    /// `name="value",…` without braces.
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

enum class MetricType { counter, gauge, histogram };

/// Writes families one after the other. All samples of a family follow its head.
class Exposition {
public:
    /// @param name  of the family; samples that follow belong to it.
    void family(std::string_view name, MetricType type, std::string_view help);

    void sample(const Labels& labels, double value);
    void sample(const Labels& labels, std::integral auto value) { integer(labels, static_cast<std::uint64_t>(value)); }

    /// @param bounds  upper bounds without +Inf, ascending. @param counts  one more than bounds, not cumulative.
    void histogram(const Labels& labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                   double sum);
    /// A histogram of which only count and sum are known.
    void histogram(const Labels& labels, std::uint64_t count, double sum);

    std::string take() { return std::move(text_); }

private:
    void integer(const Labels& labels, std::uint64_t value);
    void name_with(std::string_view suffix, const Labels& labels, std::string_view le);

    std::string text_;
    std::string name_;
};

}  // namespace fairway::admin
