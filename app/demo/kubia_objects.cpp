#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "app/demo/kubia_pods.hpp"
#include "app/demo/manifests.hpp"

namespace fairway::app {

namespace json = boost::json;

ingress::BuiltInManifest kubia_endpoints(const KubiaPods& pods) {
    json::array subsets;
    for (const KubiaPods::Pod& pod : pods.pods())
        subsets.push_back(json::object{
            {"addresses", json::array{json::object{{"ip", pod.address.ip.to_string()},
                                                   {"targetRef", json::object{{"kind", "Pod"}, {"name", pod.name}}}}}},
            {"ports", json::array{json::object{{"port", pod.address.port}}}}});
    const json::object endpoints = {{"apiVersion", "v1"},
                                    {"kind", "Endpoints"},
                                    {"metadata", json::object{{"name", "kubia-nodeport"}}},
                                    {"subsets", subsets}};
    return {"demo/endpoints.json", json::serialize(endpoints)};
}

ingress::BuiltInManifest kubia_secret(const tls::CertificatePem& certificate) {
    const json::object secret = {
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"type", "kubernetes.io/tls"},
        {"metadata", json::object{{"name", "tls-secret"}}},
        {"stringData", json::object{{"tls.crt", certificate.certificate_pem}, {"tls.key", certificate.key_pem}}}};
    return {"demo/secret.json", json::serialize(secret)};
}

}  // namespace fairway::app
