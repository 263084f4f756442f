// What Fairway has to say about Kubernetes objects: collected in a Report, printed by lint, logged by run, and later
// written as Events and counted. Wording: what, where, what to do, and what happens instead.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/objects/decode.hpp"

namespace fairway::ingress {

using k8s::Severity;

/// "notice", "warning" or "error".
std::string_view to_string(Severity severity);

struct Diagnostic {
    Severity severity = Severity::error;
    k8s::Position where;  ///< empty when the object came from a cluster, or when no object is to blame
    std::string kind;     ///< "Ingress"; empty for a file or a flag
    k8s::ObjectName object;
    std::string field;  ///< "spec.rules[0].http.paths[1]", "annotation proxy-read-timeout", "--configmap"; may be empty
    std::string message;
    std::string reason;  ///< CamelCase word for Events and metrics: "ServiceNotFound"
    /// A file that cannot be read or an option that cannot be met: `run` refuses to start with it (exit 2). Once
    /// running it only means that the last good version stays.
    bool refuses_start = false;

    /// "file:line:column: error: Ingress shop/web spec.rules[0]…: message", parts that are empty left out.
    std::string to_string() const;
    friend bool operator==(const Diagnostic& a, const Diagnostic& b);
};

/// Adds the sentence that says what happens instead; none for an empty `outcome`.
std::string with_outcome(std::string problem, std::string_view outcome);

/// A list of diagnostics, in order of place.
struct Report {
    std::vector<Diagnostic> diagnostics;

    std::size_t count(Severity severity) const noexcept;
    bool has_errors() const noexcept { return count(Severity::error) != 0; }
    bool refuses_start() const noexcept;
    /// Sorts by file, line, column, then text, and drops repetitions.
    void sort();
};

/// Writes one log line for each diagnostic: event "diagnostic", keys reason, object, field, where, message.
void log_report(const Report& report);

/// The diagnostics that hold now, by the unit of work that found them (a file, a host, an Ingress …). A unit that is
/// looked at again replaces its own; what it did not say before is fresh, so that each complaint is logged once.
class DiagnosticBook {
public:
    void replace(const std::string& unit, std::vector<Diagnostic> diagnostics);
    void forget(const std::string& unit) { replace(unit, {}); }
    /// What became true since the last call.
    Report take_fresh();
    Report current() const;

private:
    std::map<std::string, std::vector<Diagnostic>, std::less<>> units_;
    std::vector<Diagnostic> fresh_;
};

}  // namespace fairway::ingress
