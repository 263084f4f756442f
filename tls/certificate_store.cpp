#include "tls/certificate_store.hpp"

#include <array>

#include "base/ascii.hpp"
#include "base/assert.hpp"

namespace fairway::tls {

namespace {

constexpr std::size_t kLongestName = 255;  // RFC 1035 section 2.3.4

std::shared_ptr<const Certificate>& place_of(KeyType type, CertificateChoice& choice) {
    switch (type) {
        case KeyType::rsa: return choice.rsa;
        case KeyType::ecdsa: return choice.ecdsa;
        case KeyType::other: break;
    }
    return choice.other;
}

}  // namespace

CertificateStore::CertificateStore(std::shared_ptr<const Certificate> default_certificate)
    : default_certificate_(std::move(default_certificate)) {
    FAIRWAY_ASSERT(default_certificate_ != nullptr, "every store has a default certificate");
}

bool CertificateStore::add(std::string_view host, std::shared_ptr<const Certificate> certificate) {
    auto& place = place_of(certificate->key_type(), by_name_[std::string(host)]);
    if (place != nullptr) return false;
    place = std::move(certificate);
    return true;
}

const CertificateChoice* CertificateStore::select(std::string_view server_name) const noexcept {
    if (server_name.ends_with('.')) server_name.remove_suffix(1);
    if (server_name.empty() || server_name.size() > kLongestName || by_name_.empty()) return nullptr;
    std::array<char, kLongestName> lower;
    for (std::size_t i = 0; i < server_name.size(); ++i) lower[i] = ascii::to_lower(server_name[i]);
    const std::string_view name(lower.data(), server_name.size());

    if (const auto exact = by_name_.find(name); exact != by_name_.end()) return &exact->second;
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0) return nullptr;
    lower[dot - 1] = '*';  // "www.example.com" becomes "ww*.example.com", and its end is "*.example.com"
    const auto wildcard = by_name_.find(name.substr(dot - 1));
    return wildcard != by_name_.end() ? &wildcard->second : nullptr;
}

const Certificate& CertificateStore::default_certificate() const noexcept { return *default_certificate_; }

}  // namespace fairway::tls
