#include "ingress/listener_diagnostics.hpp"

#include <fmt/format.h>

#include <charconv>

namespace fairway::ingress {

namespace {

/// Takes ":number" off the end of `text`; 0 when there is none.
std::uint32_t take_number(std::string_view& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return 0;
    text = text.substr(0, colon);
    return number;
}

/// Position::to_string() the other way round.
k8s::Position position_of(std::string_view where) {
    const auto last = take_number(where);
    const auto before = take_number(where);
    const bool has_column = before != 0;
    return {k8s::FileName(std::string(where)), has_column ? before : last, has_column ? last : 0};
}

}  // namespace

std::vector<Diagnostic> listener_diagnostics(const std::vector<routing::ListenerProblem>& problems) {
    std::vector<Diagnostic> diagnostics;
    for (const auto& problem : problems) {
        const char* const protocol = problem.transport == routing::Transport::tcp ? "TCP" : "UDP";
        diagnostics.push_back({.severity = Severity::warning,
                               .where = position_of(problem.owner.where),
                               .kind = problem.owner.kind,
                               .object = {problem.owner.object_namespace, problem.owner.object},
                               .field = problem.owner.field,
                               .message = fmt::format("cannot listen on {} {}: {}{}{}. Tried again every few seconds",
                                                      protocol, problem.address.to_string(), problem.reason,
                                                      problem.advice.empty() ? "" : "; ", problem.advice),
                               .reason = "CannotListen"});
    }
    return diagnostics;
}

}  // namespace fairway::ingress
