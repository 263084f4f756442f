#include "proxy/access_log/variables.hpp"

#include <algorithm>
#include <utility>

namespace fairway::proxy {

LogVariableName log_variable(routing::VariableName name) {
    std::string field(name.argument);
    std::replace(field.begin(), field.end(), '_', '-');
    return {name.variable, std::move(name.argument), field_id(field)};
}

}  // namespace fairway::proxy
