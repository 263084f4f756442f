#include "ingress/probes/redirect.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "base/ascii.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::ingress {

namespace urls = boost::urls;

namespace {

Error not_a_url(std::string_view location) {
    return Error{fmt::format("redirected to {}, which is no http or https URL", k8s::quoted(location))};
}

}  // namespace

std::string authority_of(const HttpHop& hop) {
    if (hop.host.find(':') != std::string::npos) return fmt::format("[{}]:{}", hop.host, hop.port);
    return fmt::format("{}:{}", hop.host, hop.port);
}

Result<std::variant<HttpHop, OtherHost>> follow_redirect(const HttpHop& from, std::string_view location) {
    const auto reference = urls::parse_uri_reference(location);
    const auto base_text = fmt::format("{}://{}{}", from.https ? "https" : "http", authority_of(from), from.target);
    const auto base = urls::parse_uri(base_text);
    if (!reference || !base) return not_a_url(location);
    urls::url resolved;
    if (!urls::resolve(*base, *reference, resolved)) return not_a_url(location);
    const bool https = resolved.scheme_id() == urls::scheme::https;
    if ((!https && resolved.scheme_id() != urls::scheme::http) || resolved.host_address().empty())
        return not_a_url(location);

    HttpHop next;
    next.https = https;
    next.host = resolved.host_address();
    if (!ascii::iequals(next.host, from.host)) return std::variant<HttpHop, OtherHost>(OtherHost{next.host});
    next.port = resolved.port_number() != 0 ? resolved.port_number() : (https ? 443 : 80);
    const std::string_view path = resolved.encoded_path();
    next.target = path.empty() ? "/" : std::string(path);
    if (resolved.has_query()) next.target.append("?").append(std::string_view(resolved.encoded_query()));
    // net/http: a Host of its own is kept only while the redirect does not name a host itself.
    next.host_field = reference->has_scheme() || reference->has_authority() ? authority_of(next) : from.host_field;
    return std::variant<HttpHop, OtherHost>(std::move(next));
}

}  // namespace fairway::ingress
