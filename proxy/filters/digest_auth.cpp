#include "proxy/filters/digest_auth.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <initializer_list>

#include "base/ascii.hpp"
#include "proxy/access/access_tables.hpp"

namespace fairway::proxy {

namespace {

struct DigestFields {
    std::string_view username, realm, nonce, uri, response, qop, nc, cnonce, algorithm;
};

std::string_view* field_of(DigestFields& fields, std::string_view name) {
    struct Known {
        std::string_view name;
        std::string_view DigestFields::* member;
    };
    static constexpr Known kKnown[] = {{"username", &DigestFields::username},
                                       {"realm", &DigestFields::realm},
                                       {"nonce", &DigestFields::nonce},
                                       {"uri", &DigestFields::uri},
                                       {"response", &DigestFields::response},
                                       {"qop", &DigestFields::qop},
                                       {"nc", &DigestFields::nc},
                                       {"cnonce", &DigestFields::cnonce},
                                       {"algorithm", &DigestFields::algorithm}};
    for (const Known& known : kKnown)
        if (ascii::iequals(known.name, name)) return &(fields.*known.member);
    return nullptr;
}

/// Value at the start of `rest`: a token, or a quoted string. What is escaped inside a quoted string stays so: none of the
/// values that can be right needs it. False: malformed.
bool take_value(std::string_view& rest, std::string_view& value) {
    if (!rest.starts_with('"')) {
        const auto end = std::min(rest.find_first_of(", \t"), rest.size());
        value = rest.substr(0, end);
        rest.remove_prefix(end);
        return !value.empty();
    }
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '\\') {
            ++at;
        } else if (rest[at] == '"') {
            value = rest.substr(1, at - 1);
            rest.remove_prefix(at + 1);
            return true;
        }
    }
    return false;
}

/// Of `Digest name=value, name="value"`. False: another scheme, or malformed; a name that comes twice is malformed, too.
bool parse(std::string_view authorization, DigestFields& fields) {
    constexpr std::string_view kScheme = "digest ";
    if (!ascii::iequals(authorization.substr(0, kScheme.size()), kScheme)) return false;
    for (auto rest = ascii::trim(authorization.substr(kScheme.size())); !rest.empty();) {
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos) return false;
        auto* const field = field_of(fields, ascii::trim(rest.substr(0, equals)));
        rest = ascii::trim(rest.substr(equals + 1));
        std::string_view value;
        if (!take_value(rest, value)) return false;
        if (field != nullptr) {
            if (field->data() != nullptr) return false;
            *field = value;
        }
        rest = ascii::trim(rest);
        if (rest.empty()) break;
        if (!rest.starts_with(',')) return false;
        rest = ascii::trim(rest.substr(1));
    }
    return true;
}

/// In hexadecimal, of the parts with ':' between them.
std::string md5(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) {
        if (!text.empty()) text += ':';
        text += part;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_md5(), nullptr);
    std::string digits;
    for (unsigned i = 0; i < size; ++i) digits += fmt::format("{:02x}", bytes[i]);
    return digits;
}

std::uint32_t count_of(std::string_view nc) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(nc.data(), nc.data() + nc.size(), count, 16);
    return nc.size() == 8 && error == std::errc{} && end == nc.data() + nc.size() ? count : 0;
}

bool proves(const DigestFields& fields, const RequestHead& head, const routing::BasicAuth& auth) {
    const auto* user = auth.find(fields.username);
    const bool algorithm = fields.algorithm.empty() || ascii::iequals(fields.algorithm, "MD5");
    if (user == nullptr || !algorithm || fields.qop != "auth" || fields.realm != auth.realm ||
        fields.uri != head.origin_form || fields.cnonce.empty())
        return false;
    const auto wanted =
        md5({user->secret, fields.nonce, fields.nc, fields.cnonce, fields.qop, md5({head.method_text, fields.uri})});
    const auto given = ascii::lower_copy(fields.response);
    return given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

Admission challenge(WorkerContext& worker, const routing::BasicAuth& auth, bool stale) {
    const auto nonce = worker.access.nonces.make(worker.random_bits(), worker.reactor.now());
    return {.status = 401,
            .challenge = fmt::format("Digest realm=\"{}\", qop=\"auth\", algorithm=MD5, nonce=\"{}\"{}", auth.realm,
                                     nonce, stale ? ", stale=true" : "")};
}

}  // namespace

io::Task<Admission> check_digest(WorkerContext& worker, const RequestHead& head, const routing::BasicAuth& auth) {
    DigestFields fields;
    if (!parse(find_field(head.fields, FieldId::authorization), fields)) co_return challenge(worker, auth, false);
    NonceTable& nonces = worker.access.nonces;
    const auto now = worker.reactor.now();
    const auto age = nonces.age_of(fields.nonce, now);
    if (age == NonceTable::Age::forged || !proves(fields, head, auth)) co_return challenge(worker, auth, false);
    if (age == NonceTable::Age::stale || !nonces.use(fields.nonce, count_of(fields.nc), now))
        co_return challenge(worker, auth, true);
    co_return Admission{};
}

}  // namespace fairway::proxy
