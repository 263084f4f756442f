#include "ingress/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "base/log.hpp"

namespace fairway::ingress {

namespace {

auto sort_key(const Diagnostic& d) {
    return std::tie(d.where.file, d.where.line, d.where.column, d.kind, d.object.ns, d.object.name, d.field, d.message);
}

std::string object_text(const Diagnostic& diagnostic) {
    std::string text = diagnostic.kind;
    if (const auto name = diagnostic.object.to_string(); !name.empty()) {
        if (!text.empty()) text += ' ';
        text += name;
    }
    return text;
}

log::Level level_of(Severity severity) {
    switch (severity) {
        case Severity::notice: return log::Level::info;
        case Severity::warning: return log::Level::warn;
        case Severity::error: return log::Level::error;
    }
    return log::Level::error;
}

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::notice: return "notice";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "error";
}

std::string with_outcome(std::string problem, std::string_view outcome) {
    if (outcome.empty()) return problem;
    problem += problem.ends_with('?') ? " " : ". ";
    return problem.append(outcome);
}

bool operator==(const Diagnostic& a, const Diagnostic& b) {
    return a.severity == b.severity && a.reason == b.reason && sort_key(a) == sort_key(b);
}

std::string Diagnostic::to_string() const {
    std::string text = where.to_string();
    if (!text.empty()) text += ": ";
    text += ingress::to_string(severity);
    text += ": ";
    std::string subject = object_text(*this);
    if (!field.empty()) {
        if (!subject.empty()) subject += ' ';
        subject += field;
    }
    if (!subject.empty()) text += subject + ": ";
    return text + message;
}

std::size_t Report::count(Severity severity) const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(diagnostics, [&](const Diagnostic& d) { return d.severity == severity; }));
}

bool Report::refuses_start() const noexcept {
    return std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.refuses_start; });
}

void Report::sort() {
    std::ranges::stable_sort(diagnostics,
                             [](const Diagnostic& a, const Diagnostic& b) { return sort_key(a) < sort_key(b); });
    const auto repeated = std::ranges::unique(diagnostics);
    diagnostics.erase(repeated.begin(), repeated.end());
}

void log_report(const Report& report) {
    for (const auto& diagnostic : report.diagnostics) {
        log::write(level_of(diagnostic.severity), "diagnostic",
                   {{"reason", diagnostic.reason},
                    {"object", object_text(diagnostic)},
                    {"field", diagnostic.field},
                    {"where", diagnostic.where.to_string()},
                    {"message", diagnostic.message}});
    }
}

void DiagnosticBook::replace(const std::string& unit, std::vector<Diagnostic> diagnostics) {
    const auto known = units_.find(unit);
    if (known == units_.end() && diagnostics.empty()) return;
    for (const auto& diagnostic : diagnostics) {
        if (known == units_.end() || std::ranges::find(known->second, diagnostic) == known->second.end())
            fresh_.push_back(diagnostic);
    }
    if (diagnostics.empty())
        units_.erase(known);
    else
        units_.insert_or_assign(unit, std::move(diagnostics));
}

Report DiagnosticBook::take_fresh() {
    Report report{std::move(fresh_)};
    fresh_.clear();
    report.sort();
    return report;
}

/// Sorts pointers, not diagnostics: with thousands of them that is most of the time.
Report DiagnosticBook::current() const {
    std::vector<const Diagnostic*> all;
    for (const auto& [unit, diagnostics] : units_)
        for (const Diagnostic& diagnostic : diagnostics) all.push_back(&diagnostic);
    std::ranges::stable_sort(all, [](const Diagnostic* a, const Diagnostic* b) { return sort_key(*a) < sort_key(*b); });
    Report report;
    report.diagnostics.reserve(all.size());
    for (const Diagnostic* diagnostic : all)
        if (report.diagnostics.empty() || !(report.diagnostics.back() == *diagnostic))
            report.diagnostics.push_back(*diagnostic);
    return report;
}

}  // namespace fairway::ingress
