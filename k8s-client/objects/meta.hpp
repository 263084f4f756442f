// What every Kubernetes object has: identity, labels, annotations, and where it was read.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fairway::k8s {

/// namespace/name. Cluster-scoped kinds have an empty namespace.
struct ObjectName {
    std::string ns;
    std::string name;

    std::string to_string() const { return ns.empty() ? name : ns + "/" + name; }
    auto operator<=>(const ObjectName&) const = default;
};

/// Name of a manifest file, as positions carry it: every annotation has a position, so copies share one string.
class FileName {
public:
    FileName() = default;
    FileName(std::string text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
    FileName(const char* text) : FileName(std::string(text)) {}

    const std::string& str() const noexcept;
    operator const std::string&() const noexcept { return str(); }
    bool empty() const noexcept { return text_ == nullptr; }
    friend bool operator==(const FileName& a, const FileName& b) noexcept { return a.str() == b.str(); }
    friend auto operator<=>(const FileName& a, const FileName& b) noexcept { return a.str() <=> b.str(); }

private:
    std::shared_ptr<const std::string> text_;
};

/// A place in a manifest; line and column (in code points) count from 1. Empty file: the object came from a cluster.
struct Position {
    FileName file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Position&) const = default;

    /// "file:line:column", "file:line", or empty.
    std::string to_string() const;
};

/// metadata (meta/v1 ObjectMeta), as far as Fairway reads it.
struct ObjectMeta {
    ObjectName name;
    std::string uid;
    std::string resource_version;
    std::int64_t generation = 0;
    /// metadata.creationTimestamp as seconds since 1970; absent in most files: 0, so that file order decides.
    std::int64_t creation_time = 0;
    std::optional<std::int64_t> deletion_time;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
    /// Position of each annotation's value (only from files): key -> position.
    std::map<std::string, Position> annotation_positions;
    Position where;  ///< of the object's first line
};

/// status.loadBalancer.ingress[] of Services and Ingresses: where clients reach them.
struct LoadBalancerAddress {
    std::string hostname;  ///< either may be empty
    std::string ip;

    auto operator<=>(const LoadBalancerAddress&) const = default;
};

/// util/intstr.IntOrString: a port by number or by name.
using IntOrString = std::variant<std::int32_t, std::string>;
std::string to_string(const IntOrString& value);

}  // namespace fairway::k8s
