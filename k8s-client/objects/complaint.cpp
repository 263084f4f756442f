#include <fmt/format.h>

#include "k8s-client/objects/decode.hpp"

namespace fairway::k8s {

std::string Complaint::to_string() const {
    std::string out = where.to_string();
    const auto append = [&out](std::string_view separator, std::string_view text) {
        if (text.empty()) return;
        if (!out.empty()) out += separator;
        out += text;
    };
    std::string subject = kind;
    for (const auto& part : {object.to_string(), field}) {
        if (part.empty()) continue;
        if (!subject.empty()) subject += ' ';
        subject += part;
    }
    append(": ", subject);
    append(": ", message);
    return out;
}

const ObjectMeta& meta_of(const Object& object) {
    return std::visit([](const auto& value) -> const ObjectMeta& { return value.meta; }, object);
}

std::string_view kind_of(const Object& object) {
    return std::visit([](const auto& value) -> std::string_view { return value.kKind; }, object);
}

}  // namespace fairway::k8s
