#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

void read_tls_redirect(SettingReader& settings, routing::TlsRedirect& redirect) {
    settings.read("ssl-redirect", redirect.enabled, parse_bool);
    settings.read("force-ssl-redirect", redirect.force, parse_bool);
    settings.read("preserve-trailing-slash", redirect.preserve_trailing_slash, parse_bool);
    settings.read("use-port-in-redirects", redirect.use_port, parse_bool);
}

}  // namespace fairway::ingress
