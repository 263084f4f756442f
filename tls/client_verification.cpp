#include "tls/client_verification.hpp"

#include <openssl/pem.h>
#include <openssl/sha.h>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "tls/openssl.hpp"
#include "tls/pem.hpp"

namespace fairway::tls {

namespace {

using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;

void free_names(STACK_OF(X509_NAME) * names) { sk_X509_NAME_pop_free(names, X509_NAME_free); }
using NamesPtr = std::unique_ptr<STACK_OF(X509_NAME), FreeWith<free_names>>;

// As nginx: a bad certificate ends no handshake, so that the client can be told in HTTP what is wrong.
int go_on(int, X509_STORE_CTX*) noexcept { return 1; }

Result<void> add_revocation_lists(X509_STORE& store, std::string_view pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    FAIRWAY_ASSERT(bio != nullptr, "a memory BIO over existing bytes fails only when memory is out");
    int count = 0;
    for (;; ++count) {
        ERR_clear_error();
        const CrlPtr list(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr));
        if (list == nullptr) break;
        X509_STORE_add_crl(&store, list.get());
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = take_openssl_reason();
    if (at_end && count > 0) {
        // nginx's ssl_crl: with a list, every issuer of the chain must have one that is in force.
        X509_STORE_set_flags(&store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
        return {};
    }
    return Error{fmt::format("revocation list {} in ca.crl cannot be read ({}); write it as PEM, complete from its "
                             "BEGIN X509 CRL line to its END line",
                             count + 1, reason)};
}

ClientVerification::Id id_of(const ClientVerificationSettings& settings) {
    const auto text = fmt::format("fairway client verification {} {} {}:{}{}:{}", static_cast<int>(settings.mode),
                                  settings.depth, settings.authorities_pem.size(), settings.authorities_pem,
                                  settings.revoked_pem.size(), settings.revoked_pem);
    ClientVerification::Id id;
    static_assert(sizeof id == SHA256_DIGEST_LENGTH && sizeof id <= SSL_MAX_SID_CTX_LENGTH);
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), id.data());
    return id;
}

}  // namespace

ClientVerification::ClientVerification(ClientVerificationSettings settings, X509_STORE* authorities,
                                       STACK_OF(X509_NAME) * names)
    : settings_(std::move(settings)), authorities_(authorities), names_(names), id_(id_of(settings_)) {}

ClientVerification::~ClientVerification() {
    X509_STORE_free(authorities_);
    free_names(names_);
}

Result<std::shared_ptr<const ClientVerification>> ClientVerification::create(ClientVerificationSettings settings) {
    auto authorities = read_certificates(settings.authorities_pem, "ca.crt");
    if (!authorities) return authorities.error();
    StorePtr store(X509_STORE_new());
    NamesPtr names(sk_X509_NAME_new_null());
    FAIRWAY_ASSERT(store != nullptr && names != nullptr, "OpenSSL's containers fail only when memory is out");
    for (int i = 0; i < sk_X509_num(authorities->get()); ++i) {
        X509* const authority = sk_X509_value(authorities->get(), i);
        X509_STORE_add_cert(store.get(), authority);
        if (X509_NAME* const name = X509_NAME_dup(X509_get_subject_name(authority)))
            sk_X509_NAME_push(names.get(), name);
    }
    if (!settings.revoked_pem.empty())
        if (const auto added = add_revocation_lists(*store, settings.revoked_pem); !added) return added.error();
    ERR_clear_error();  // an authority that is there twice leaves an entry
    return std::shared_ptr<const ClientVerification>(
        new ClientVerification(std::move(settings), store.release(), names.release()));
}

void ClientVerification::apply_to(SSL& session) const noexcept {
    SSL_set_verify(&session, SSL_VERIFY_PEER, go_on);
    SSL_set_verify_depth(&session, settings_.depth);
    SSL_set1_verify_cert_store(&session, authorities_);
    SSL_set_client_CA_list(&session, SSL_dup_CA_list(names_));
    SSL_set_session_id_context(&session, id_.data(), static_cast<unsigned int>(id_.size()));
}

}  // namespace fairway::tls
