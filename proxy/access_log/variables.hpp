// The variables of routing/variable.hpp as log formats need them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/field.hpp"
#include "routing/variable.hpp"

namespace fairway::proxy {

using LogVariable = routing::Variable;

/// A variable with what its name carries.
struct LogVariableName {
    LogVariable variable = LogVariable::missing;
    std::string argument;            ///< routing::VariableName::argument
    FieldId field = FieldId::other;  ///< of a field that the proxy knows; else `argument` is compared
};

LogVariableName log_variable(routing::VariableName name);

}  // namespace fairway::proxy
