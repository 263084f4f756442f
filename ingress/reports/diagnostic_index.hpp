// Diagnostic index: what is said about each object, as the `status.diagnostics` of its report.
#pragma once

#include <boost/json/array.hpp>
#include <map>
#include <string_view>
#include <vector>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"

namespace fairway::ingress {

/// All that holds at one moment, by object.
class DiagnosticIndex {
public:
    explicit DiagnosticIndex(const DiagnosticBook& book);
    /// Objects with type (Normal or Warning, as Events have it), severity, reason, field, message and where.
    boost::json::array about(std::string_view kind, const k8s::ObjectName& object) const;

private:
    Report report_;
    std::map<ObjectKey, std::vector<const Diagnostic*>> by_object_;
};

}  // namespace fairway::ingress
