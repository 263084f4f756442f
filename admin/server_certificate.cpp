#include "admin/server_certificate.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "base/log.hpp"

namespace fairway::admin {

namespace ssl = boost::asio::ssl;

namespace {

/// What a file is before it is read: a Secret that is mounted is replaced as a whole, by another file behind the same name.
struct FileVersion {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    bool operator==(const FileVersion&) const = default;
};

FileVersion version_of(const std::filesystem::path& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace

struct ServerCertificate::Version {
    std::array<FileVersion, 2> files;

    bool operator==(const Version&) const = default;
};

ServerCertificate::ServerCertificate(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)), key_(std::move(key)), loaded_(std::make_unique<Version>(version())) {
    context_ = load();
}

ServerCertificate::~ServerCertificate() = default;

std::shared_ptr<ssl::context> ServerCertificate::current() {
    const auto now = version();
    if (now == *loaded_) return context_;
    *loaded_ = now;  // tried once for each version
    try {
        context_ = load();
        log::info("certificate.reloaded", {{"file", certificate_.string()}});
    } catch (const std::runtime_error& error) {
        log::error("certificate.kept", {{"reason", error.what()}});
    }
    return context_;
}

ServerCertificate::Version ServerCertificate::version() const { return {{version_of(certificate_), version_of(key_)}}; }

std::shared_ptr<ssl::context> ServerCertificate::load() const {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    context->use_certificate_chain_file(certificate_.string(), error);
    if (error)
        throw std::runtime_error(fmt::format("cannot use the certificate {}: {}; it must be PEM, the server's own "
                                             "certificate first",
                                             certificate_.string(), error.message()));
    context->use_private_key_file(key_.string(), ssl::context::pem, error);
    if (error)
        throw std::runtime_error(
            fmt::format("cannot use the private key {}: {}; it must be PEM, and that of the certificate {}",
                        key_.string(), error.message(), certificate_.string()));
    return context;
}

}  // namespace fairway::admin
