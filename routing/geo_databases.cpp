#include "routing/geo_databases.hpp"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

namespace fairway::routing {

namespace {

/// Databases that stand for each other, in the order in which they are looked for.
struct Edition {
    std::string_view kind;
    std::array<const char*, 2> files;
};
constexpr Edition kEditions[] = {
    {"country", {"GeoIP2-Country.mmdb", "GeoLite2-Country.mmdb"}},
    {"city", {"GeoIP2-City.mmdb", "GeoLite2-City.mmdb"}},
    {"asn", {"GeoIP2-ASN.mmdb", "GeoLite2-ASN.mmdb"}},
    {"isp", {"GeoIP2-ISP.mmdb", nullptr}},
    {"anonymous", {"GeoIP2-Anonymous-IP.mmdb", nullptr}},
    {"connection", {"GeoIP2-Connection-Type.mmdb", nullptr}},
};

/// Where a variable's value is. The names, and what they read, are those of ingress-nginx's template.
struct GeoVariable {
    std::string_view name;
    std::string_view kind;
    std::array<const char*, 5> path;  ///< ends with a null pointer
    std::string_view otherwise = {};  ///< when the database is open and says nothing
};
constexpr GeoVariable kVariables[] = {
    {"country_code", "country", {"country", "iso_code"}},
    {"country_name", "country", {"country", "names", "en"}},
    {"country_geoname_id", "country", {"country", "geoname_id"}},
    {"continent_code", "country", {"continent", "code"}},
    {"continent_name", "country", {"continent", "names", "en"}},
    {"continent_geoname_id", "country", {"continent", "geoname_id"}},
    {"city_country_code", "city", {"country", "iso_code"}},
    {"city_country_name", "city", {"country", "names", "en"}},
    {"city_country_geoname_id", "city", {"country", "geoname_id"}},
    {"city_continent_code", "city", {"continent", "code"}},
    {"city_continent_name", "city", {"continent", "names", "en"}},
    {"city", "city", {"city", "names", "en"}},
    {"city_geoname_id", "city", {"city", "geoname_id"}},
    {"postal_code", "city", {"postal", "code"}},
    {"dma_code", "city", {"location", "metro_code"}},
    {"latitude", "city", {"location", "latitude"}},
    {"longitude", "city", {"location", "longitude"}},
    {"time_zone", "city", {"location", "time_zone"}},
    {"region_code", "city", {"subdivisions", "0", "iso_code"}},
    {"region_name", "city", {"subdivisions", "0", "names", "en"}},
    {"region_geoname_id", "city", {"subdivisions", "0", "geoname_id"}},
    {"subregion_code", "city", {"subdivisions", "1", "iso_code"}},
    {"subregion_name", "city", {"subdivisions", "1", "names", "en"}},
    {"subregion_geoname_id", "city", {"subdivisions", "1", "geoname_id"}},
    {"asn", "asn", {"autonomous_system_number"}},
    {"org", "asn", {"autonomous_system_organization"}},
    {"asn", "isp", {"autonomous_system_number"}},
    {"isp", "isp", {"isp"}},
    {"isp_org", "isp", {"organization"}},
    {"is_anon", "anonymous", {"is_anonymous"}},
    {"is_anonymous", "anonymous", {"is_anonymous"}, "0"},
    {"is_anonymous_vpn", "anonymous", {"is_anonymous_vpn"}, "0"},
    {"is_hosting_provider", "anonymous", {"is_hosting_provider"}, "0"},
    {"is_public_proxy", "anonymous", {"is_public_proxy"}, "0"},
    {"is_tor_exit_node", "anonymous", {"is_tor_exit_node"}, "0"},
    {"connection_type", "connection", {"connection_type"}},
};

/// What tells one version of a file from another; all zero when there is none.
struct Version {
    ino_t inode = 0;
    off_t size = 0;
    timespec modified{};

    bool operator==(const Version& other) const noexcept {
        return inode == other.inode && size == other.size && modified.tv_sec == other.modified.tv_sec &&
               modified.tv_nsec == other.modified.tv_nsec;
    }
};

Version version_of(const std::string& path) {
    struct stat found {};
    if (path.empty() || ::stat(path.c_str(), &found) != 0) return {};
    return {found.st_ino, found.st_size, found.st_mtim};
}

std::string path_of(const std::string& folder, const Edition& edition) {
    for (const char* file : edition.files) {
        if (file == nullptr) continue;
        auto path = fmt::format("{}/{}", folder, file);
        if (version_of(path).size > 0) return path;
    }
    return {};
}

/// As nginx's module writes values of each type; empty for those that it cannot write.
std::string_view text_of(const MMDB_entry_data_s& data, std::span<char, GeoDatabases::kRoom> room) {
    const auto written = [&](const auto& value, const char* form) {
        const auto end = fmt::format_to_n(room.data(), room.size(), fmt::runtime(form), value);
        return std::string_view(room.data(), std::min(end.size, room.size()));
    };
    switch (data.type) {
        case MMDB_DATA_TYPE_UTF8_STRING: return {data.utf8_string, data.data_size};
        case MMDB_DATA_TYPE_DOUBLE: return written(data.double_value, "{:.5f}");
        case MMDB_DATA_TYPE_FLOAT: return written(data.float_value, "{:.5f}");
        case MMDB_DATA_TYPE_UINT16: return written(data.uint16, "{}");
        case MMDB_DATA_TYPE_UINT32: return written(data.uint32, "{}");
        case MMDB_DATA_TYPE_UINT64: return written(data.uint64, "{}");
        case MMDB_DATA_TYPE_INT32: return written(data.int32, "{}");
        case MMDB_DATA_TYPE_BOOLEAN: return data.boolean ? "1" : "0";
        default: return {};
    }
}

sockaddr_storage socket_address(const IpAddress& ip) {
    sockaddr_storage storage{};
    if (ip.v6) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        v6->sin6_family = AF_INET6;
        std::memcpy(&v6->sin6_addr, ip.bytes.data(), 16);
    } else {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
        v4->sin_family = AF_INET;
        std::memcpy(&v4->sin_addr, ip.bytes.data(), 4);
    }
    return storage;
}

}  // namespace

struct GeoDatabases::File {
    File(const Edition& of_edition, std::string file_path)
        : edition(of_edition), path(std::move(file_path)), version(version_of(path)) {}
    ~File() {
        if (usable()) MMDB_close(&database);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool usable() const noexcept { return error == MMDB_SUCCESS; }

    const Edition& edition;
    std::string path;  ///< empty: none was there
    Version version;
    MMDB_s database{};
    int error = MMDB_FILE_OPEN_ERROR;
};

GeoDatabases::GeoDatabases() = default;
GeoDatabases::~GeoDatabases() = default;

bool is_geo_variable(std::string_view name) {
    return std::ranges::any_of(kVariables, [&](const GeoVariable& variable) { return variable.name == name; });
}

GeoDatabases::Opened GeoDatabases::open(const std::string& folder) {
    Opened result;
    auto databases = std::make_shared<GeoDatabases>();
    databases->folder_ = folder;
    for (const Edition& edition : kEditions) {
        auto file = std::make_unique<File>(edition, path_of(folder, edition));
        if (file->path.empty()) continue;
        file->error = MMDB_open(file->path.c_str(), MMDB_MODE_MMAP, &file->database);
        if (!file->usable())
            result.problems.push_back(fmt::format("{} cannot be used: {}", file->path, MMDB_strerror(file->error)));
        databases->files_.push_back(std::move(file));
    }
    result.databases = std::move(databases);
    return result;
}

std::string_view GeoDatabases::find(std::string_view name, const IpAddress& client,
                                    std::span<char, kRoom> room) const {
    const auto address = socket_address(client);
    for (const GeoVariable& variable : kVariables) {
        if (variable.name != name) continue;
        const auto file = std::ranges::find_if(
            files_, [&](const auto& one) { return one->edition.kind == variable.kind && one->usable(); });
        if (file == files_.end()) continue;  // asn is in two of them
        int error = MMDB_SUCCESS;
        auto found = MMDB_lookup_sockaddr(&(*file)->database, reinterpret_cast<const sockaddr*>(&address), &error);
        MMDB_entry_data_s data{};
        if (error != MMDB_SUCCESS || !found.found_entry ||
            MMDB_aget_value(&found.entry, &data, variable.path.data()) != MMDB_SUCCESS || !data.has_data)
            return variable.otherwise;
        return text_of(data, room);
    }
    return {};
}

bool GeoDatabases::changed() const {
    return std::ranges::any_of(kEditions, [&](const Edition& edition) {
        const auto path = path_of(folder_, edition);
        const auto file =
            std::ranges::find_if(files_, [&](const auto& one) { return &one->edition == &edition; });
        if (file == files_.end()) return !path.empty();
        return path != (*file)->path || !(version_of(path) == (*file)->version);
    });
}

}  // namespace fairway::routing
