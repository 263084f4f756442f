#include "tls/certificate_names.hpp"

#include "base/ascii.hpp"
#include "tls/openssl.hpp"

namespace fairway::tls {

namespace {

void free_general_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<free_general_names>>;

std::string_view text_of(const ASN1_STRING* string) noexcept {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// A NUL inside a name is an old trick to make C code see a shorter one: such a name is no name.
bool usable(std::string_view name) noexcept { return !name.empty() && name.find('\0') == std::string_view::npos; }

void add_dns_name(std::string_view name, CertificateNames& names) {
    if (usable(name)) names.dns.push_back(ascii::lower_copy(name));
}

void add_address(const ASN1_OCTET_STRING* address, CertificateNames& names) {
    const auto* bytes = ASN1_STRING_get0_data(address);
    if (ASN1_STRING_length(address) == 4) names.addresses.push_back(IpAddress::from_v4(bytes));
    if (ASN1_STRING_length(address) == 16) names.addresses.push_back(IpAddress::from_v6(bytes));
}

std::string common_name(const X509& certificate) {
    const X509_NAME* subject = X509_get_subject_name(&certificate);
    const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (index < 0) return {};
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    if (length < 0) {
        ERR_clear_error();
        return {};
    }
    std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length));
    OPENSSL_free(utf8);
    return name;
}

}  // namespace

CertificateNames read_names(const X509& certificate) {
    CertificateNames names;
    const GeneralNamesPtr alternatives(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type == GEN_DNS) add_dns_name(text_of(name->d.dNSName), names);
        if (name->type == GEN_IPADD) add_address(name->d.iPAddress, names);
    }
    ERR_clear_error();
    if (names.dns.empty() && names.addresses.empty()) add_dns_name(common_name(certificate), names);
    return names;
}

bool name_covers(std::string_view pattern, std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty()) return false;
    if (ascii::iequals(pattern, host)) return true;
    if (!pattern.starts_with("*.")) return false;
    const std::size_t dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 && ascii::iequals(pattern.substr(1), host.substr(dot));
}

}  // namespace fairway::tls
