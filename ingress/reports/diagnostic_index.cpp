#include "ingress/reports/diagnostic_index.hpp"

#include <boost/json/object.hpp>
#include <string>

namespace fairway::ingress {

DiagnosticIndex::DiagnosticIndex(const DiagnosticBook& book) : report_(book.current()) {
    for (const Diagnostic& diagnostic : report_.diagnostics)
        if (!diagnostic.kind.empty()) by_object_[{diagnostic.kind, diagnostic.object}].push_back(&diagnostic);
}

boost::json::array DiagnosticIndex::about(std::string_view kind, const k8s::ObjectName& object) const {
    boost::json::array result;
    const auto found = by_object_.find({std::string(kind), object});
    if (found == by_object_.end()) return result;
    for (const Diagnostic* diagnostic : found->second)
        result.push_back(boost::json::object{{"type", diagnostic->severity == Severity::notice ? "Normal" : "Warning"},
                                             {"severity", to_string(diagnostic->severity)},
                                             {"reason", diagnostic->reason},
                                             {"field", diagnostic->field},
                                             {"message", diagnostic->message},
                                             {"where", diagnostic->where.to_string()}});
    return result;
}

}  // namespace fairway::ingress
