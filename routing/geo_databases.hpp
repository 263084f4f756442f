// Databases in the MaxMind DB format that the $geoip2_* variables look client addresses up in (ingress-nginx's use-geoip2).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::routing {

/// Whether ingress-nginx has a variable $geoip2_NAME.
bool is_geo_variable(std::string_view name);

/// The databases of one folder, mapped into memory. Any thread may ask. Whoever replaces a file renames another one over
/// it; one that is shortened in place ends the process.
class GeoDatabases {
public:
    /// Room for a number as text.
    static constexpr std::size_t kRoom = 32;

    GeoDatabases();
    ~GeoDatabases();
    GeoDatabases(const GeoDatabases&) = delete;
    GeoDatabases& operator=(const GeoDatabases&) = delete;

    struct Opened;
    /// Opens the files that ingress-nginx knows by name: GeoLite2- or GeoIP2-City.mmdb, -Country, -ASN, and GeoIP2-ISP,
    /// -Anonymous-IP and -Connection-Type. Reads from disk; for the control plane.
    static Opened open(const std::string& folder);

    /// What $geoip2_`name` says of the client; empty when no open database knows it. Numbers are written into `room`.
    /// Valid as long as this object and `room`.
    std::string_view find(std::string_view name, const IpAddress& client, std::span<char, kRoom> room) const;

    bool empty() const noexcept { return files_.empty(); }
    /// Whether a file has been replaced, has come or has gone since. Asks the file system.
    bool changed() const;

private:
    struct File;

    std::string folder_;
    std::vector<std::unique_ptr<File>> files_;
};

struct GeoDatabases::Opened {
    std::shared_ptr<const GeoDatabases> databases;
    std::vector<std::string> problems;  ///< a sentence for each file that is there and cannot be used
};

}  // namespace fairway::routing
