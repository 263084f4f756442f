#include "k8s-client/objects/arena.hpp"
#include "k8s-client/objects/config.hpp"

namespace fairway::k8s {

namespace {

void wipe_values(std::map<std::string, std::string>& data) noexcept {
    for (auto& [key, value] : data) wipe(value);
}

}  // namespace

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe_values(data);
    meta = std::move(other.meta);
    type = std::move(other.type);
    data = std::move(other.data);  // takes over the nodes: no value is copied
    withheld = other.withheld;
    return *this;
}

Secret::~Secret() { wipe_values(data); }

}  // namespace fairway::k8s
