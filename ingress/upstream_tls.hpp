// TLS towards endpoints: the annotations proxy-ssl-* and the Secret they name, made into contexts that routes share.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <string>

#include "ingress/object_store.hpp"
#include "tls/client_context.hpp"

namespace fairway::ingress {

/// What the annotations proxy-ssl-* of an Ingress say; the defaults are those of ingress-nginx.
struct UpstreamTlsSettings {
    k8s::ObjectName secret;  ///< proxy-ssl-secret: nothing of this is in force without it
    bool verify = false;
    int verify_depth = 1;
    std::string name = "upstream_balancer";  ///< what ingress-nginx calls its own upstream, and so of no certificate
    bool server_name = false;
    std::string ciphers = "DEFAULT";
    std::string protocols = "TLSv1.2";

    auto operator<=>(const UpstreamTlsSettings&) const = default;
};

/// Equal settings with the same version of their Secret have the same context, so that their connections are shared.
class UpstreamTlsContexts {
public:
    explicit UpstreamTlsContexts(const ObjectStore& store) : store_(&store) {}

    struct Found {
        std::shared_ptr<const tls::ClientContext> context;  ///< null: nothing usable was ever there
        std::string reason;                                 ///< CamelCase; empty: nothing to complain about
        std::string problem;                                ///< sentence about the Secret
    };
    /// A Secret that cannot be used leaves what was made of its version before in force; a deleted one does not.
    Found find(const UpstreamTlsSettings& settings);

    /// For a server that a URL names: its name as SNI, and nothing verified (as nginx asks an auth-url). Never null.
    std::shared_ptr<const tls::ClientContext> for_name(const std::string& name);

private:
    struct Entry {
        std::weak_ptr<const k8s::Object> secret;  ///< weak: key material goes when the store drops it
        std::weak_ptr<const tls::ClientContext> context;
    };
    Found missing(const k8s::ObjectName& secret) const;
    void forget_unused();

    const ObjectStore* store_;
    std::map<UpstreamTlsSettings, Entry> entries_;
    std::map<std::string, std::weak_ptr<const tls::ClientContext>> by_name_;
    std::size_t forget_at_ = 64;
};

}  // namespace fairway::ingress
