#include "ingress/annotations/host_tls.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/cipher_list.hpp"
#include "ingress/values.hpp"
#include "tls/client_verification.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kSecret = "auth-tls-secret";
constexpr std::string_view kMatchName = "auth-tls-match-cn";
constexpr std::string_view kErrorPage = "auth-tls-error-page";
constexpr int kDeepestChain = 100;  // OpenSSL's own limit

/// Reads auth-tls-*. What cannot be honoured closes the host: nobody may get in because of a slip of the pen.
class ClientCertificateReader {
public:
    ClientCertificateReader(SettingReader& settings, References& references, std::string& denied)
        : settings_(settings), references_(references), denied_(denied) {}

    std::optional<routing::ClientCertificates> run() {
        if (!settings_.find(kSecret)) {
            close_if_meant();
            return std::nullopt;
        }
        read_mode();
        settings_.read("auth-tls-verify-depth", wanted_.depth,
                       [](std::string_view text) { return parse_integer(text, 0, kDeepestChain); });
        read_pass();
        read_error_page();
        read_match_name();
        read_secret();
        if (mode_is_off_ && result_.refused.empty()) {
            // Nothing is asked for, and what clients say of certificates themselves does not pass all the same.
            if (!result_.match_cn) return routing::ClientCertificates{};
            close(kMatchName, "no certificate is asked for with auth-tls-verify-client \"off\", so no name can match");
        }
        return std::move(result_);
    }

private:
    /// Without the Secret nothing is verified; ingress-nginx then ignores the others.
    void close_if_meant() {
        for (const std::string_view name : {kMatchName, std::string_view("auth-tls-verify-client")}) {
            const auto value = settings_.find(name);
            if (!value || *value == "off") continue;
            settings_.report(Severity::error, name,
                             "demands client certificates, but there is no auth-tls-secret that says which; name a "
                             "Secret with ca.crt there. Every path of this Ingress answers 503",
                             "ClientCertificatesRefused");
            if (denied_.empty()) denied_ = fmt::format("annotation {}: there is no auth-tls-secret", name);
        }
        for (const auto name :
             {"auth-tls-verify-depth", "auth-tls-error-page", "auth-tls-pass-certificate-to-upstream"})
            if (settings_.find(name))
                settings_.report(Severity::warning, name, "has no effect without auth-tls-secret",
                                 "AnnotationWithoutEffect");
    }

    void close(std::string_view name, const std::string& why) {
        settings_.report(Severity::error, name, with_outcome(why, "Every path of the Ingress's hosts answers 403"),
                         "ClientCertificatesRefused");
        const auto reason = fmt::format("annotation {}: {}", name, why);
        if (result_.refused.empty()) result_.refused = reason;
        if (denied_.empty()) denied_ = reason;
    }

    void read_mode() {
        static constexpr std::string_view kModes[] = {"on", "optional", "optional_no_ca", "off"};
        const auto text = settings_.find("auth-tls-verify-client");
        if (!text) return;
        mode_is_off_ = *text == "off";
        if (*text == "optional") wanted_.mode = tls::VerifyClient::optional;
        if (*text == "optional_no_ca") wanted_.mode = tls::VerifyClient::optional_no_ca;
        if (std::ranges::find(kModes, *text) == std::end(kModes))
            settings_.refuse("auth-tls-verify-client",
                             fmt::format("\"{}\" is not one of on, off, optional and optional_no_ca{}. Keeping on",
                                         *text, did_you_mean(*text, kModes)));
    }

    void read_pass() {
        const auto text = settings_.find("auth-tls-pass-certificate-to-upstream");
        if (!text) return;
        if (const auto wanted = parse_bool(*text))
            result_.pass_certificate = *wanted;
        else
            close("auth-tls-pass-certificate-to-upstream", wanted.error().message);
    }

    void read_error_page() {
        const auto text = settings_.find(kErrorPage);
        if (!text) return;
        const bool url = text->starts_with("http://") || text->starts_with("https://");
        const bool clean =
            std::ranges::all_of(*text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '$'; });
        if (clean && (url || text->starts_with('/')))
            result_.error_page = *text;
        else if (text->starts_with('@'))
            close(kErrorPage,
                  fmt::format("\"{}\" names a location of nginx's configuration; write a URL or a path", *text));
        else
            close(kErrorPage, fmt::format("\"{}\" is neither a URL nor a path; write one such as "
                                          "https://www.example.com/no-certificate or /no-certificate",
                                          *text));
    }

    void read_match_name() {
        const auto text = settings_.find(kMatchName);
        if (!text) return;
        if (!text->starts_with("CN="))
            return close(kMatchName, fmt::format("\"{}\" does not begin with CN=; write CN= and a pattern", *text));
        auto pattern = routing::Regex::compile(*text);
        if (pattern)
            result_.match_cn = *std::move(pattern);
        else
            close(kMatchName, pattern.error().message);
    }

    void read_secret() {
        const std::string_view text = *settings_.find(kSecret);
        if (text.find('/') == std::string_view::npos)
            return close(kSecret, fmt::format("\"{}\" has no namespace; write namespace/name", text));
        const auto secret = references_.secret(text);
        if (!secret) return close(kSecret, secret.error().message);
        const auto& data = (*secret)->data;
        const auto authorities = data.find("ca.crt");
        // ingress-nginx then asks for no certificate at all.
        if (authorities == data.end())
            return close(kSecret,
                         fmt::format("Secret {} has no ca.crt; put the authorities of the clients there", text));
        wanted_.authorities_pem = authorities->second;
        if (const auto revoked = data.find("ca.crl"); revoked != data.end()) wanted_.revoked_pem = revoked->second;
        auto made = tls::ClientVerification::create(wanted_);
        if (!made) return close(kSecret, fmt::format("Secret {}: {}", text, made.error().message));
        result_.verification = *std::move(made);
    }

    SettingReader& settings_;
    References& references_;
    std::string& denied_;
    tls::ClientVerificationSettings wanted_;
    routing::ClientCertificates result_;
    bool mode_is_off_ = false;
};

}  // namespace

HostTlsAnnotations read_host_tls(SettingReader& settings, References& references, std::string& denied) {
    HostTlsAnnotations result;
    result.client_certificates = ClientCertificateReader(settings, references, denied).run();
    if (const auto text = settings.find("ssl-ciphers")) {
        if (auto list = parse_cipher_list(*text)) {
            result.ciphers = *std::move(list);
        } else {  // weaker ciphers than were asked for are no answer
            settings.report(Severity::error, "ssl-ciphers",
                            with_outcome(list.error().message, "Every path of this Ingress answers 503"),
                            "InvalidValue");
            if (denied.empty()) denied = "annotation ssl-ciphers: " + list.error().message;
        }
    }
    if (const auto text = settings.find("ssl-prefer-server-ciphers")) {
        bool prefer = true;
        settings.read("ssl-prefer-server-ciphers", prefer, parse_bool);
        result.prefer_server_ciphers = prefer;
    }
    if (const auto text = settings.find("ssl-passthrough")) {
        if (const auto wanted = parse_bool(*text)) {
            result.passthrough = *wanted;
        } else {
            settings.report(Severity::error, "ssl-passthrough",
                            with_outcome(wanted.error().message, "Every path of this Ingress answers 503"),
                            "InvalidValue");
            if (denied.empty()) denied = "annotation ssl-passthrough: " + wanted.error().message;
        }
    }
    return result;
}

}  // namespace fairway::ingress
