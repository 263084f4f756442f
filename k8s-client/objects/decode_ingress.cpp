// Ingress and IngressClass: networking.k8s.io/v1, and the older forms, which become the same types.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/spelling.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/names.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kObjectFields[] = {"apiVersion", "kind", "metadata", "spec", "status"};
constexpr std::string_view kRuleFields[] = {"host", "http"};
constexpr std::string_view kHttpFields[] = {"paths"};
constexpr std::string_view kPathFields[] = {"path", "pathType", "backend"};
constexpr std::string_view kTlsFields[] = {"hosts", "secretName"};
constexpr std::string_view kServiceFields[] = {"name", "port"};
constexpr std::string_view kPortFields[] = {"number", "name"};
constexpr std::string_view kPathTypes[] = {"Exact", "Prefix", "ImplementationSpecific"};
constexpr std::string_view kClassSpecFields[] = {"controller", "parameters"};

// The API versions differ in a few fields only.
struct Form {
    std::string_view default_backend;
    bool is_v1 = true;
};

// A field of the other form would be dropped in silence by what reads it as this one: people meet this when they
// change nothing but the apiVersion.
bool refuse_other_form(const Field& parent, std::span<const std::string_view> fields, std::string_view advice) {
    for (const auto name : fields) {
        const auto field = parent.at(name);
        if (!field.present()) continue;
        field.error(fmt::format("belongs to another apiVersion of Ingress; {}", advice));
        return true;
    }
    return false;
}

constexpr std::string_view kSpec[] = {"ingressClassName", "defaultBackend", "backend", "rules", "tls"};
constexpr std::string_view kBackend[] = {"service", "serviceName", "servicePort", "resource"};
constexpr Form kV1{"defaultBackend", true};
constexpr Form kBeta{"backend", false};

void check_port_name(const Field& field, const std::string& name) {
    if (!is_port_name(name))
        field.error(
            fmt::format("{} is not a port's name; use at most 15 lower-case letters, digits and '-', with a letter",
                        k8s::quoted(name)));
}

// service: {name, port: {number | name}}
void decode_service_backend(const Field& backend, IngressBackend& out) {
    constexpr std::string_view kAdvice = "write service: {name: NAME, port: {number: PORT}}";
    constexpr std::string_view kBetaFields[] = {"serviceName", "servicePort"};
    if (refuse_other_form(backend, kBetaFields, fmt::format("in networking.k8s.io/v1 {}", kAdvice))) return;
    const auto service = backend.mapping("service", kServiceFields);
    if (!service.present()) {
        if (!backend.at("service").present()) backend.error(fmt::format("has no service; {}", kAdvice));
        return;
    }
    out.service = service.required_string("name", "write the Service's name");
    const auto port = service.mapping("port", kPortFields);
    const auto number = port.port("number", "name");
    if (const auto* node = port.at("name").node(); node && node->kind == TreeNode::Kind::integer)
        return port.at("name").error(fmt::format("is a number; write number: {}", printable(node->text)));
    const auto name = port.string("name");
    if (port.at("number").present() && !name.empty())
        port.error("has both a number and a name; keep one of them");
    else if (number)
        out.port = *number;
    else if (!name.empty()) {
        check_port_name(port.at("name"), name);
        out.port = name;
    } else if (!port.at("number").present() && !port.at("name").present())
        (port.present() ? port : service.at("port"))
            .error("is required; write number: PORT or name: NAME of one of the Service's ports");
}

// serviceName, servicePort. A quoted number stays text: an API server refuses it, but manifests have it, so ingress
// takes it for a number.
void decode_beta_backend(const Field& backend, IngressBackend& out) {
    constexpr std::string_view kV1Fields[] = {"service"};
    if (refuse_other_form(backend, kV1Fields,
                          "write apiVersion: networking.k8s.io/v1, or serviceName and servicePort here"))
        return;
    out.service = backend.required_string("serviceName", "write the Service's name");
    const auto field = backend.at("servicePort");
    if (!field.present()) return field.error("is required; write the number or the name of one of the Service's ports");
    out.port = backend.port_or_name("servicePort").value_or(IntOrString{0});
    const auto* name = std::get_if<std::string>(&out.port);
    const bool digits =
        name && !name->empty() && std::all_of(name->begin(), name->end(), [](char c) { return c >= '0' && c <= '9'; });
    if (name && !digits) check_port_name(field, *name);
}

IngressBackend decode_backend(const Field& backend, const Form& form) {
    IngressBackend out;
    out.where = backend.where();
    const auto service = backend.at(form.is_v1 ? "service" : "serviceName");
    out.is_resource = backend.at("resource").present();
    if (out.is_resource && service.present())
        backend.error("has both a Service and a resource; keep one of them");
    else if (!out.is_resource && form.is_v1)
        decode_service_backend(backend, out);
    else if (!out.is_resource)
        decode_beta_backend(backend, out);
    return out;
}

PathType decode_path_type(const Field& path, const Form& form) {
    const auto field = path.at("pathType");
    const auto text = field.text();
    if (!field.present()) {
        // networking.k8s.io/v1 has no default; v1beta1 has this one.
        if (form.is_v1) field.error("is required; write Prefix, Exact or ImplementationSpecific");
        return PathType::implementation_specific;
    }
    if (text == "Exact") return PathType::exact;
    if (text == "Prefix") return PathType::prefix;
    if (text && text != "ImplementationSpecific")
        field.error(fmt::format("{} is not a path type{}", k8s::quoted(*text), [&] {
            const auto meant = did_you_mean(*text, kPathTypes);
            return meant.empty() ? std::string("; write Prefix, Exact or ImplementationSpecific") : meant;
        }()));
    return PathType::implementation_specific;
}

// ValidateIngress: an absolute path; no empty or dot segments and no encoded slash where elements are compared.
void check_path(const Field& field, const std::string& path, PathType type) {
    if (path.empty() && type == PathType::implementation_specific) return;
    if (!path.starts_with('/'))
        return field.error(fmt::format("{} must start with '/'; write {}", k8s::quoted(path), k8s::quoted("/" + path)));
    if (type == PathType::implementation_specific) return;
    for (const std::string_view bad : {"//", "/./", "/../", "%2f", "%2F"})
        if (path.find(bad) != std::string::npos)
            return field.error(fmt::format("{} must not contain {} when its pathType is Exact or Prefix",
                                           k8s::quoted(path), k8s::quoted(bad)));
    for (const std::string_view bad : {"/..", "/."})
        if (path.ends_with(bad))
            return field.error(fmt::format("{} must not end in {} when its pathType is Exact or Prefix",
                                           k8s::quoted(path), k8s::quoted(bad)));
}

IngressPath decode_path(const Field& path, const Form& form) {
    IngressPath out;
    out.where = path.where();
    out.field = path.path();
    out.path = path.string("path");
    out.type = decode_path_type(path, form);
    const auto text = path.at("path");
    if (!text.present() || text.node()->kind == TreeNode::Kind::string) check_path(text, out.path, out.type);
    const auto backend = path.mapping("backend", kBackend);
    if (backend.present())
        out.backend = decode_backend(backend, form);
    else if (!path.at("backend").present())
        backend.error("is required; name the Service that answers this path");
    return out;
}

IngressRule decode_rule(const Field& rule, const Form& form) {
    IngressRule out;
    out.where = rule.where();
    out.host = rule.string("host");
    if (!out.host.empty())
        if (const auto why = why_not_host(out.host)) rule.at("host").error(*why);
    const auto http = rule.mapping("http", kHttpFields);
    for (const auto& path : http.mappings("paths", kPathFields)) out.paths.push_back(decode_path(path, form));
    if (http.present() && !rule.report().failed() && out.paths.empty())
        http.at("paths").error("is required; write at least one path, or leave out http");
    return out;
}

IngressTls decode_tls(const Field& tls) {
    IngressTls out;
    out.where = tls.where();
    for (const auto& host : tls.list("hosts")) {
        const auto text = host.required_text("write a host, or remove its \"-\"");
        if (const auto why = why_not_host(text); why && !text.empty()) host.error(*why);
        out.hosts.emplace_back(text);
    }
    out.secret_name = tls.string("secretName");
    if (!out.secret_name.empty() && !is_dns_subdomain(out.secret_name))
        tls.at("secretName")
            .error(fmt::format("{} is not a Secret's name; it names a Secret of this namespace, without a prefix",
                               k8s::quoted(out.secret_name)));
    return out;
}

}  // namespace

Object decode_ingress(const Field& root, std::string_view api_version) {
    const auto& form = api_version == "networking.k8s.io/v1" ? kV1 : kBeta;
    root.warn_unknown(kObjectFields);
    Ingress out;
    const auto spec = root.mapping("spec", kSpec);
    if (const auto name = spec.at("ingressClassName").text()) out.class_name = std::string(*name);
    const auto backend = spec.mapping(form.default_backend, kBackend);
    if (backend.present()) out.default_backend = decode_backend(backend, form);
    const auto other = form.is_v1 ? kBeta.default_backend : kV1.default_backend;
    refuse_other_form(spec, {&other, 1}, fmt::format("write {} here", form.default_backend));
    for (const auto& rule : spec.mappings("rules", kRuleFields)) out.rules.push_back(decode_rule(rule, form));
    for (const auto& tls : spec.mappings("tls", kTlsFields)) out.tls.push_back(decode_tls(tls));
    if (out.rules.empty() && !out.default_backend && !root.report().failed())
        spec.error(fmt::format("has neither rules nor {}; write one of them", form.default_backend));
    out.status = decode_load_balancer_status(root);
    return out;
}

Object decode_ingress_class(const Field& root, std::string_view) {
    root.warn_unknown(kObjectFields);
    IngressClass out;
    const auto spec = root.mapping("spec", kClassSpecFields);
    out.controller = spec.required_string("controller", "write the controller's name, such as k8s.io/ingress-nginx");
    return out;
}

}  // namespace fairway::k8s
