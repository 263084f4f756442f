#include "k8s-client/objects/meta.hpp"

#include <fmt/format.h>

namespace fairway::k8s {

const std::string& FileName::str() const noexcept {
    static const std::string none;
    return text_ ? *text_ : none;
}

std::string Position::to_string() const {
    if (file.empty()) return {};
    if (line == 0) return file.str();
    return column == 0 ? fmt::format("{}:{}", file.str(), line) : fmt::format("{}:{}:{}", file.str(), line, column);
}

std::string to_string(const IntOrString& value) {
    const auto* number = std::get_if<std::int32_t>(&value);
    return number ? std::to_string(*number) : std::get<std::string>(value);
}

}  // namespace fairway::k8s
