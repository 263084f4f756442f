// The certificate of a server of ours, from two files that somebody replaces now and then: a Secret that is mounted, as a
// rule.
#pragma once

#include <filesystem>
#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace fairway::admin {

class ServerCertificate {
public:
    /// Throws std::runtime_error with a sentence that names the file when they cannot be used.
    ServerCertificate(std::filesystem::path certificate, std::filesystem::path key);
    ~ServerCertificate();

    /// For a new connection: TLS 1.2 and 1.3, with what the files hold now. Looks whether they have changed, and keeps what it
    /// has when they cannot be used: a log line says so, once.
    std::shared_ptr<boost::asio::ssl::context> current();

private:
    struct Version;
    Version version() const;
    std::shared_ptr<boost::asio::ssl::context> load() const;

    std::filesystem::path certificate_;
    std::filesystem::path key_;
    std::unique_ptr<Version> loaded_;
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace fairway::admin
