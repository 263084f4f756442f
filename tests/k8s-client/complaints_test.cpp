// The exact text of complaints: what is wrong, where, and what to write instead. One row per rule.
#include <fmt/format.h>

#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::texts;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> complaints;
};
std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }

// A one-path Ingress with something put in place of its host, path and backend.
std::string ingress(const std::string& path, const std::string& host = "a.example",
                    const std::string& version = "networking.k8s.io/v1") {
    return fmt::format("apiVersion: {}\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules:\n  - host: {}\n    "
                       "http:\n      paths:\n      - {}\n",
                       version, host, path);
}
std::string beta(const std::string& path) { return ingress(path, "a.example", "networking.k8s.io/v1beta1"); }
std::string host(const std::string& text) {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules:\n  - host: {}\n",
        text);
}
std::string spec(const std::string& kind, const std::string& text) {
    const auto* version = kind == "Ingress" || kind == "IngressClass" ? "networking.k8s.io/v1" : "v1";
    return fmt::format("apiVersion: {}\nkind: {}\nmetadata: {{name: web}}\nspec: {}\n", version, kind, text);
}
std::string object(const std::string& kind, const std::string& rest) {
    return fmt::format("apiVersion: {}\nkind: {}\nmetadata: {{name: web}}\n{}\n",
                       kind == "EndpointSlice" ? "discovery.k8s.io/v1" : "v1", kind, rest);
}
std::string meta(const std::string& text) {
    return fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", text);
}

const std::string kBackend = "backend: {service: {name: a, port: {number: 80}}}";
const std::string kWeb = "Ingress default/web ";
const std::string kPath = kWeb + "spec.rules[0].http.paths[0]";
const std::string kSvc = "Service default/web spec";

class Refused : public testing::TestWithParam<Case> {};
TEST_P(Refused, TellsWhatToWrite) {
    const auto decoded = decode(GetParam().text, "f");
    EXPECT_THAT(decoded.objects, IsEmpty());
    std::vector<std::string> errors;
    for (const auto& complaint : decoded.complaints)
        if (complaint.severity == Severity::error) errors.push_back(complaint.to_string());
    EXPECT_THAT(errors, ElementsAreArray(GetParam().complaints));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, Refused,
    testing::Values(
        Case{"Scalar",
             "hello\n",
             {"f:1:1: a manifest is a mapping with apiVersion, kind and metadata; this is something else"}},
        Case{"NoKind", "a: b\n", {"f:1:1: kind: is required; write what this object is, such as kind: Ingress"}},
        Case{"KindNotText", "kind: 5\n", {"f:1:7: kind: must be a string, not a number; write \"5\" in quotes"}},
        Case{"NoApiVersion",
             "kind: Ingress\nmetadata: {name: web}\n",
             {"f:1:1: Ingress apiVersion: is required; write apiVersion: networking.k8s.io/v1"}},
        Case{"WrongApiVersion",
             "apiVersion: v1\nkind: Ingress\nmetadata: {name: web}\n",
             {"f:1:13: Ingress apiVersion: \"v1\" is not where Ingress lives; write apiVersion: networking.k8s.io/v1"}},
        Case{"FutureApiVersion",
             "apiVersion: networking.k8s.io/v3\nkind: Ingress\nmetadata: {name: web}\n",
             {"f:1:13: Ingress apiVersion: \"networking.k8s.io/v3\" is not where Ingress lives; write apiVersion: "
              "networking.k8s.io/v1"}},
        Case{"DuplicateKey",
             "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n",
             {"f:5:3: ConfigMap default/a: key \"name\" is here twice; remove one"}},
        Case{"DuplicateAtRoot", "- a: 1\n  a: 2\n", {"f:2:3: key \"a\" is here twice; remove one"}},
        Case{"UnknownAlias",
             object("ConfigMap", "data: *none"),
             {"f:4:7: ConfigMap default/web: alias *none has no finished anchor &none before it"}},
        Case{"AliasOfItself",
             object("ConfigMap", "data: &a {x: *a}"),
             {"f:4:14: ConfigMap default/web: alias *a has no finished anchor &a before it"}},
        Case{"MergeOfText",
             object("ConfigMap", "data: {<<: text}"),
             {"f:4:8: ConfigMap default/web: the value of << must be a mapping, or a list of mappings"}},
        Case{"UnrenderedTemplate",
             object("ConfigMap", "data: {{ .Values.data }}"),
             {"f:4:8: ConfigMap default/web: a key must be text, not a list or a mapping; if this is a template, "
              "render it first (helm "
              "template)"}},
        Case{"KeyMissing",
             object("ConfigMap", "data: {~: z}"),
             {"f:4:8: ConfigMap default/web: a key is missing here; write one in front of the colon"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Meta, Refused,
    testing::Values(Case{"None",
                         "apiVersion: v1\nkind: ConfigMap\n",
                         {"f:1:1: ConfigMap metadata.name: is required; write the ConfigMap's name"}},
                    Case{"NotAMapping", meta("web"), {"f:3:11: ConfigMap metadata: must be a mapping, not a string"}},
                    Case{"NumberAsName",
                         meta("{name: 1}"),
                         {"f:3:18: ConfigMap metadata.name: must be a string, not a number; write \"1\" in quotes"}},
                    Case{"BadName",
                         meta("{name: My_Map}"),
                         {"f:3:18: ConfigMap metadata.name: \"My_Map\" is not a name; use lower-case letters, digits, "
                          "'-' and '.', at most 253, with a "
                          "letter or digit at both ends"}},
                    Case{"BadServiceName",
                         "apiVersion: v1\nkind: Service\nmetadata: {name: a.b}\nspec: {clusterIP: None}\n",
                         {"f:3:18: Service metadata.name: \"a.b\" is not a name; use lower-case letters, digits and "
                          "'-', at most 63, with a letter or "
                          "digit at both ends"}},
                    Case{"BadNamespace",
                         meta("{name: a, namespace: a/b}"),
                         {"f:3:32: ConfigMap metadata.namespace: \"a/b\" is not a namespace's name; use lower-case "
                          "letters, digits and '-', at most 63"}},
                    Case{"BadTime",
                         meta("{name: a, creationTimestamp: yesterday}"),
                         {"f:3:40: ConfigMap default/a metadata.creationTimestamp: \"yesterday\" is not a time; write "
                          "it as 2026-07-01T12:00:00Z, or "
                          "leave it out"}},
                    Case{"BareBoolean",
                         meta("{name: a, annotations: {x/y: true}}"),
                         {"f:3:40: ConfigMap default/a metadata.annotations[x/y]: must be a string, not a boolean; "
                          "write \"true\" in quotes"}},
                    Case{"BareYes",
                         meta("{name: a, labels: {x: yes}}"),
                         {"f:3:33: ConfigMap default/a metadata.labels[x]: must be a string, not a boolean; write "
                          "\"yes\" in quotes"}},
                    Case{"BareNumber",
                         meta("{name: a, annotations: {x: 1_000}}"),
                         {"f:3:38: ConfigMap default/a metadata.annotations[x]: must be a string, not a number; write "
                          "\"1_000\" in quotes"}},
                    Case{"ListAsAnnotation",
                         meta("{name: a, annotations: {x: [1]}}"),
                         {"f:3:38: ConfigMap default/a metadata.annotations[x]: must be a string, not a list"}},
                    Case{"AnnotationsAsList",
                         meta("{name: a, annotations: []}"),
                         {"f:3:34: ConfigMap default/a metadata.annotations: must be a mapping, not a list"}},
                    Case{"DataAsText",
                         object("ConfigMap", "data: text"),
                         {"f:4:7: ConfigMap default/web data: must be a mapping, not a string"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Ingress, Refused,
    testing::Values(
        Case{"Empty",
             spec("Ingress", "{}"),
             {"f:4:7: " + kWeb + "spec: has neither rules nor defaultBackend; write one of them"}},
        Case{"NoSpec",
             "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web}\n",
             {"f:1:1: " + kWeb + "spec: has neither rules nor backend; write one of them"}},
        Case{"SpecNotAMapping", spec("Ingress", "[]"), {"f:4:7: " + kWeb + "spec: must be a mapping, not a list"}},
        Case{"RulesNotAList",
             spec("Ingress", "{rules: {host: a}}"),
             {"f:4:15: " + kWeb + "spec.rules: must be a list, not a mapping; begin each item with \"- \""}},
        Case{"EmptyRule",
             spec("Ingress", "{rules: [{host: a.example}, null]}"),
             {"f:4:35: " + kWeb + "spec.rules[1]: an item of this list is empty; remove its \"-\" or fill it in"}},
        Case{"RuleAsText",
             spec("Ingress", "{rules: [a.example]}"),
             {"f:4:16: " + kWeb + "spec.rules[0]: must be a mapping, not a string"}},
        Case{"NoPaths",
             host("a.example\n    http: {}"),
             {"f:7:11: " + kWeb + "spec.rules[0].http.paths: is required; write at least one path, or leave out http"}},
        Case{"NoPathType",
             ingress("{path: /, " + kBackend + "}"),
             {"f:9:9: " + kPath + ".pathType: is required; write Prefix, Exact or ImplementationSpecific"}},
        Case{"MisspeltPathType",
             ingress("{path: /, pathType: prefix, " + kBackend + "}"),
             {"f:9:29: " + kPath + ".pathType: \"prefix\" is not a path type; did you mean \"Prefix\"?"}},
        Case{"UnknownPathType",
             ingress("{path: /, pathType: Regex, " + kBackend + "}"),
             {"f:9:29: " + kPath +
              ".pathType: \"Regex\" is not a path type; write Prefix, Exact or ImplementationSpecific"}},
        Case{"RelativePath",
             ingress("{path: api, pathType: Prefix, " + kBackend + "}"),
             {"f:9:16: " + kPath + ".path: \"api\" must start with '/'; write \"/api\""}},
        Case{"NoPath",
             ingress("{pathType: Exact, " + kBackend + "}"),
             {"f:9:9: " + kPath + ".path: \"\" must start with '/'; write \"/\""}},
        Case{"PathAsNumber",
             ingress("{path: 1, pathType: Exact, " + kBackend + "}"),
             {"f:9:16: " + kPath + ".path: must be a string, not a number; write \"1\" in quotes"}},
        Case{"DoubleSlash",
             ingress("{path: /a//b, pathType: Exact, " + kBackend + "}"),
             {"f:9:16: " + kPath + ".path: \"/a//b\" must not contain \"//\" when its pathType is Exact or Prefix"}},
        Case{"DotSegment",
             ingress("{path: /a/.., pathType: Prefix, " + kBackend + "}"),
             {"f:9:16: " + kPath + ".path: \"/a/..\" must not end in \"/..\" when its pathType is Exact or Prefix"}},
        Case{"NoBackend",
             ingress("{path: /, pathType: Prefix}"),
             {"f:9:9: " + kPath + ".backend: is required; name the Service that answers this path"}},
        Case{"EmptyBackend",
             ingress("{path: /, pathType: Prefix, backend: {}}"),
             {"f:9:46: " + kPath + ".backend: has no service; write service: {name: NAME, port: {number: PORT}}"}},
        Case{"ServiceAsText",
             ingress("{path: /, pathType: Prefix, backend: {service: web}}"),
             {"f:9:56: " + kPath + ".backend.service: must be a mapping, not a string"}},
        Case{"BetaBackendInV1",
             ingress("{path: /, pathType: Prefix, backend: {serviceName: a, servicePort: 80}}"),
             {"f:9:60: " + kPath +
              ".backend.serviceName: belongs to another apiVersion of Ingress; in networking.k8s.io/v1 write service: "
              "{name: NAME, port: "
              "{number: PORT}}"}},
        Case{"V1BackendInBeta",
             beta("{backend: {service: {name: a, port: {number: 80}}}}"),
             {"f:9:29: " + kPath +
              ".backend.service: belongs to another apiVersion of Ingress; write apiVersion: networking.k8s.io/v1, or "
              "serviceName and "
              "servicePort here"}},
        Case{"BetaDefaultBackendInV1",
             spec("Ingress", "{backend: {serviceName: a, servicePort: 80}, rules: [{host: a}]}"),
             {"f:4:17: " + kWeb + "spec.backend: belongs to another apiVersion of Ingress; write defaultBackend here"}},
        Case{"ServiceAndResource",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a}, resource: {name: b}}}"),
             {"f:9:46: " + kPath + ".backend: has both a Service and a resource; keep one of them"}},
        Case{"QuotedPort",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: \"80\"}}}}"),
             {"f:9:81: " + kPath +
              ".backend.service.port.number: must be a number, not a string; write 80 without quotes"}},
        Case{"NameAsNumber",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: http}}}}"),
             {"f:9:81: " + kPath +
              ".backend.service.port.number: must be a number, not a string; a port's name belongs into \"name\""}},
        Case{"NumberAsName",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {name: 80}}}}"),
             {"f:9:79: " + kPath + ".backend.service.port.name: is a number; write number: 80"}},
        Case{"PortTooLarge",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 65536}}}}"),
             {"f:9:81: " + kPath + ".backend.service.port.number: 65536 is not a whole number from 1 to 65535"}},
        Case{"PortTwice",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80, name: http}}}}"),
             {"f:9:72: " + kPath + ".backend.service.port: has both a number and a name; keep one of them"}},
        Case{"NoPort",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a}}}"),
             {"f:9:56: " + kPath +
              ".backend.service.port: is required; write number: PORT or name: NAME of one of the Service's ports"}},
        Case{"BadPortName",
             ingress("{path: /, pathType: Prefix, backend: {service: {name: a, port: {name: HTTP_}}}}"),
             {"f:9:79: " + kPath +
              ".backend.service.port.name: \"HTTP_\" is not a port's name; use at most 15 lower-case letters, digits "
              "and '-', with a "
              "letter"}},
        Case{"NoServiceName",
             ingress("{path: /, pathType: Prefix, backend: {service: {port: {number: 80}}}}"),
             {"f:9:56: " + kPath + ".backend.service.name: is required; write the Service's name"}},
        Case{"NoServicePort",
             beta("{backend: {serviceName: a}}"),
             {"f:9:19: " + kPath +
              ".backend.servicePort: is required; write the number or the name of one of the Service's ports"}},
        Case{"BetaPortZero",
             beta("{backend: {serviceName: a, servicePort: 0}}"),
             {"f:9:49: " + kPath + ".backend.servicePort: 0 is not a whole number from 1 to 65535"}},
        Case{"BetaPortName",
             beta("{backend: {serviceName: a, servicePort: a_b}}"),
             {"f:9:49: " + kPath +
              ".backend.servicePort: \"a_b\" is not a port's name; use at most 15 lower-case letters, digits and '-', "
              "with a letter"}},
        Case{"TlsHost",
             spec("Ingress", "{rules: [{host: a.example}], tls: [{hosts: [10.0.0.1, ''], secretName: a/b}]}"),
             {"f:4:51: " + kWeb +
                  "spec.tls[0].hosts[0]: \"10.0.0.1\" is an IP address; a host is a DNS name, or leave it out to serve "
                  "every host",
              "f:4:61: " + kWeb + "spec.tls[0].hosts[1]: is required; write a host, or remove its \"-\"",
              "f:4:78: " + kWeb +
                  "spec.tls[0].secretName: \"a/b\" is not a Secret's name; it names a Secret of this namespace, "
                  "without a prefix"}},
        Case{"ClassNameNotText",
             spec("Ingress", "{ingressClassName: [nginx], rules: [{host: a}]}"),
             {"f:4:26: " + kWeb + "spec.ingressClassName: must be a string, not a list"}},
        Case{"ClassWithoutController",
             spec("IngressClass", "{}"),
             {"f:4:7: IngressClass web spec.controller: is required; write the controller's name, such as "
              "k8s.io/ingress-nginx"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Host, Refused,
    testing::Values(
        Case{"Address",
             host("192.0.2.1"),
             {"f:6:11: " + kWeb +
              "spec.rules[0].host: \"192.0.2.1\" is an IP address; a host is a DNS name, or leave it out to serve "
              "every host"}},
        Case{
            "UpperCase",
            host("Shop.Example"),
            {"f:6:11: " + kWeb + "spec.rules[0].host: \"Shop.Example\" must be in lower case; write \"shop.example\""}},
        Case{"Port",
             host("a.example:8080"),
             {"f:6:11: " + kWeb +
              "spec.rules[0].host: \"a.example:8080\" names a port; write \"a.example\": one rule serves every port"}},
        Case{"Url",
             host("https://a.example"),
             {"f:6:11: " + kWeb + "spec.rules[0].host: \"https://a.example\" is a URL; write the host name alone"}},
        Case{
            "WithPath",
            host("a.example/shop"),
            {"f:6:11: " + kWeb +
             "spec.rules[0].host: \"a.example/shop\" has a path; write the host alone, and the path under http.paths"}},
        Case{"InnerWildcard",
             host("a.*.example"),
             {"f:6:11: " + kWeb +
              "spec.rules[0].host: \"a.*.example\" has a '*' where none may be; a wildcard is the whole first label, "
              "as in "
              "\"*.example.com\""}},
        Case{"TrailingDot",
             host("a.example."),
             {"f:6:11: " + kWeb + "spec.rules[0].host: \"a.example.\" ends in a dot; write \"a.example\""}},
        Case{"Nonsense",
             host("a_b.example"),
             {"f:6:11: " + kWeb +
              "spec.rules[0].host: \"a_b.example\" is not a DNS name; use lower-case letters, digits, '-' and '.', at "
              "most 63 between two "
              "dots and 253 in all"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Service, Refused,
    testing::Values(
        Case{"NoPorts",
             spec("Service", "{selector: {a: b}}"),
             {"f:4:7: " + kSvc + ".ports: is required; write at least one port"}},
        Case{"NoPort",
             spec("Service", "{ports: [{name: a}]}"),
             {"f:4:16: " + kSvc + ".ports[0].port: is required; write the port that the Service listens on"}},
        Case{"PortNegative",
             spec("Service", "{ports: [{port: -1}]}"),
             {"f:4:23: " + kSvc + ".ports[0].port: -1 is not a whole number from 1 to 65535"}},
        Case{"PortFraction",
             spec("Service", "{ports: [{port: 80.5}]}"),
             {"f:4:23: " + kSvc + ".ports[0].port: 80.5 is not a whole number from 1 to 65535"}},
        Case{"PortBoolean",
             spec("Service", "{ports: [{port: yes}]}"),
             {"f:4:23: " + kSvc + ".ports[0].port: must be a number, not a boolean"}},
        Case{"PortQuoted",
             spec("Service", "{ports: [{port: '80'}]}"),
             {"f:4:23: " + kSvc + ".ports[0].port: must be a number, not a string; write 80 without quotes"}},
        Case{"TargetQuoted",
             spec("Service", "{ports: [{port: 80, targetPort: '8080'}]}"),
             {"f:4:39: " + kSvc +
              ".ports[0].targetPort: must be a number, or a port's name; write 8080 without quotes"}},
        Case{"TargetName",
             spec("Service", "{ports: [{port: 80, targetPort: a_b}]}"),
             {"f:4:39: " + kSvc +
              ".ports[0].targetPort: \"a_b\" is not a port's name; write a number, or the name of a container's port"}},
        Case{"Protocol",
             spec("Service", "{ports: [{port: 80, protocol: tcp}]}"),
             {"f:4:37: " + kSvc + ".ports[0].protocol: \"tcp\" is not one of TCP, UDP, SCTP; did you mean \"TCP\"?"}},
        Case{"NodePort",
             spec("Service", "{ports: [{port: 80, nodePort: 70000}]}"),
             {"f:4:37: " + kSvc + ".ports[0].nodePort: 70000 is not a whole number from 0 to 65535"}},
        Case{"PortNames",
             spec("Service", "{ports: [{port: 80}, {port: 443, name: b}, {port: 444, name: b}]}"),
             {"f:4:15: " + kSvc + ".ports: port 80 needs a name, because the Service has several ports",
              "f:4:15: " + kSvc + ".ports: two ports are named \"b\"; give each its own name"}},
        Case{"PortName",
             spec("Service", "{ports: [{port: 80, name: HTTP}]}"),
             {"f:4:33: " + kSvc +
              ".ports[0].name: \"HTTP\" is not a port's name; use lower-case letters, digits and '-'"}},
        Case{"Type",
             spec("Service", "{type: Nodeport, ports: [{port: 80}]}"),
             {"f:4:14: " + kSvc +
              ".type: \"Nodeport\" is not one of ClusterIP, NodePort, LoadBalancer, ExternalName; did you mean "
              "\"NodePort\"?"}},
        Case{"ClusterIp",
             spec("Service", "{clusterIP: none, ports: [{port: 80}]}"),
             {"f:4:19: " + kSvc + ".clusterIP: \"none\" is neither an IP address nor None (headless)"}},
        Case{"ExternalIp",
             spec("Service", "{externalIPs: [a], ports: [{port: 80}]}"),
             {"f:4:22: " + kSvc + ".externalIPs[0]: \"a\" is not an IP address"}},
        Case{"ExternalNameMissing",
             spec("Service", "{type: ExternalName}"),
             {"f:4:7: " + kSvc + ".externalName: is required when type is ExternalName; write the DNS name to reach"}},
        Case{"ExternalNameBad",
             spec("Service", "{type: ExternalName, externalName: 'http://a'}"),
             {"f:4:42: " + kSvc + ".externalName: \"http://a\" is not a DNS name in lower case"}},
        Case{"Affinity",
             spec("Service", "{sessionAffinity: ClientIp, ports: [{port: 80}]}"),
             {"f:4:25: " + kSvc +
              ".sessionAffinity: \"ClientIp\" is not one of None, ClientIP; did you mean \"ClientIP\"?"}},
        Case{"AffinityTime",
             spec("Service", "{sessionAffinityConfig: {clientIP: {timeoutSeconds: '5'}}, ports: [{port: 80}]}"),
             {"f:4:59: " + kSvc +
              ".sessionAffinityConfig.clientIP.timeoutSeconds: must be a number, not a string; write it without "
              "quotes"}},
        Case{"BooleanQuoted",
             spec("Service", "{clusterIP: None, publishNotReadyAddresses: 'true'}"),
             {"f:4:51: " + kSvc +
              ".publishNotReadyAddresses: must be true or false, not a string; write it without quotes"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    EndpointsAndPods, Refused,
    testing::Values(
        Case{"EndpointName",
             object("Endpoints", "subsets: [{addresses: [{ip: db.example}], ports: [{port: 80}]}]"),
             {"f:4:29: Endpoints default/web subsets[0].addresses[0].ip: \"db.example\" is not an IP address; "
              "Endpoints take no names: use a "
              "Service of type ExternalName for one"}},
        Case{
            "EndpointWithoutIp",
            object("Endpoints", "subsets: [{addresses: [{hostname: a}]}]"),
            {"f:4:24: Endpoints default/web subsets[0].addresses[0].ip: is required; write the endpoint's IP address"}},
        Case{"EndpointPorts",
             object("Endpoints", "subsets: [{ports: [{port: 80}, {name: a}]}]"),
             {"f:4:32: Endpoints default/web subsets[0].ports[1].port: is required; write the port that the endpoints "
              "listen on",
              "f:4:19: Endpoints default/web subsets[0].ports: each of several ports needs a name, the one it has in "
              "the Service"}},
        Case{"SliceWithoutType",
             object("EndpointSlice", "endpoints: [{addresses: [x]}]"),
             {"f:1:1: EndpointSlice default/web addressType: is required; write IPv4, IPv6 or FQDN"}},
        Case{"SliceType",
             object("EndpointSlice", "addressType: ipv4"),
             {"f:4:14: EndpointSlice default/web addressType: \"ipv4\" is not one of IPv4, IPv6, FQDN; did you mean "
              "\"IPv4\"?"}},
        Case{"SliceAddresses",
             object("EndpointSlice", "addressType: IPv4\nendpoints: [{addresses: [a, '::1', '']}, {}]"),
             {"f:5:26: EndpointSlice default/web endpoints[0].addresses[0]: \"a\" is not an IP address",
              "f:5:29: EndpointSlice default/web endpoints[0].addresses[1]: \"::1\" is not of addressType IPv4",
              "f:5:36: EndpointSlice default/web endpoints[0].addresses[2]: is required; write an address",
              "f:5:42: EndpointSlice default/web endpoints[1].addresses: is required; write at least one address"}},
        Case{"SliceNames",
             object("EndpointSlice", "addressType: FQDN\nendpoints: [{addresses: [A_b]}]"),
             {"f:5:26: EndpointSlice default/web endpoints[0].addresses[0]: \"A_b\" is not a DNS name in lower case"}},
        Case{"ContainerPort",
             spec("Pod", "{containers: [{name: a, ports: [{name: http}]}]}"),
             {"f:4:39: Pod default/web spec.containers[0].ports[0].containerPort: is required; write the port that the "
              "container listens on"}},
        Case{"PodIp",
             object("Pod", "status: {podIP: none}"),
             {"f:4:9: Pod default/web status: \"none\" is not an IP address"}},
        Case{"PodContainers",
             spec("Pod", "{containers: {}}"),
             {"f:4:20: Pod default/web spec.containers: must be a list, not a mapping; begin each item with \"- \""}}),
    case_name);

class Warned : public testing::TestWithParam<Case> {};
TEST_P(Warned, KeepsTheObject) {
    const auto decoded = decode(GetParam().text, "f");
    EXPECT_THAT(decoded.objects, testing::SizeIs(1));
    EXPECT_THAT(texts(decoded), ElementsAreArray(GetParam().complaints));
    for (const auto& complaint : decoded.complaints) EXPECT_EQ(complaint.severity, Severity::warning);
}
INSTANTIATE_TEST_SUITE_P(
    UnknownFields, Warned,
    testing::Values(
        Case{"InIngress",
             host("a.example\n    htttp: {}"),
             {"f:7:5: " + kWeb + "spec.rules[0].htttp: unknown field, ignored; did you mean \"http\"?"}},
        Case{"InMetadata",
             meta("{name: a, anotations: {x: y}}"),
             {"f:3:21: ConfigMap metadata.anotations: unknown field, ignored; did you mean \"annotations\"?"}},
        Case{"AtTheTop",
             object("ConfigMap", "dta: {}"),
             {"f:4:1: ConfigMap default/web dta: unknown field, ignored; did you mean \"data\"?"}},
        Case{"NothingNear",
             object("ConfigMap", "\"a\\nb\": {}"),
             {"f:4:1: ConfigMap default/web a\\nb: unknown field, ignored"}},
        Case{"InService",
             spec("Service", "{ports: [{port: 80, targetport: 8080}]}"),
             {"f:4:27: " + kSvc + ".ports[0].targetport: unknown field, ignored; did you mean \"targetPort\"?"}},
        Case{"NotInAPod", spec("Pod", "{containers: [{name: a, imagee: b}], foo: 1}"), {}}),
    case_name);

TEST(ComplaintText, LeavesOutWhatIsUnknown) {
    EXPECT_EQ((Complaint{Severity::error, {"f", 1, 2}, "Ingress", {"default", "kubia"}, "spec.rules[0]", "is wrong"})
                  .to_string(),
              "f:1:2: Ingress default/kubia spec.rules[0]: is wrong");
    EXPECT_EQ((Complaint{Severity::error, {}, "Ingress", {"default", "kubia"}, "", "is wrong"}).to_string(),
              "Ingress default/kubia: is wrong");
    EXPECT_EQ((Complaint{Severity::error, {}, "", {}, "", "is wrong"}).to_string(), "is wrong");
}

}  // namespace
}  // namespace fairway::k8s
