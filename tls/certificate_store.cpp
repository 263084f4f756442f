#include "tls/certificate_store.hpp"

#include "base/assert.hpp"

namespace fairway::tls {

namespace {

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
    auto& place = place_of(certificate->key_type(), by_name_[host]);
    if (place != nullptr) return false;
    place = std::move(certificate);
    return true;
}

void CertificateStore::staple(Staples staples) {
    staples_ = std::move(staples);
    staples_by_leaf_.clear();
    for (const auto& [certificate, response] : staples_) staples_by_leaf_[&certificate->leaf()] = response.get();
}

const std::string* CertificateStore::staple_of(const x509_st* leaf) const noexcept {
    const auto found = staples_by_leaf_.find(leaf);
    return found == staples_by_leaf_.end() ? nullptr : found->second;
}

const Certificate& CertificateStore::default_certificate() const noexcept { return *default_certificate_; }

}  // namespace fairway::tls
