#include "ingress/ingress_class.hpp"

#include <fmt/format.h>

namespace fairway::ingress {

namespace {

constexpr const char* kClassAnnotation = "kubernetes.io/ingress.class";

ClassDecision decide_by_field(const std::string& name, const ObjectStore& store, const TranslationOptions& options) {
    const auto* object = store.find<k8s::IngressClass>({"", name});
    if (object == nullptr && options.class_objects_decide)
        return {false, fmt::format("is left out: there is no IngressClass \"{}\"", name)};
    if (object == nullptr || options.ingress_class_by_name) {
        if (name == options.ingress_class) return {true, {}};
        if (object == nullptr || object->controller != options.controller_class)
            return {false, fmt::format("is left out: its class \"{}\" is not ours (--ingress-class {})", name,
                                       options.ingress_class)};
    }
    if (object->controller == options.controller_class) return {true, {}};
    return {false,
            fmt::format(
                "is left out: its class \"{}\" belongs to the controller \"{}\", not to \"{}\" (--controller-class)",
                name, object->controller, options.controller_class)};
}

}  // namespace

ClassDecision decide_class(const k8s::Ingress& ingress, const ObjectStore& store, const TranslationOptions& options) {
    if (!options.watch_namespace.empty() && ingress.meta.name.ns != options.watch_namespace)
        return {false, fmt::format("is left out: only namespace \"{}\" is watched (--watch-namespace)",
                                   options.watch_namespace)};
    if (!options.watch_namespace_selector.empty() && store.find<k8s::Namespace>({"", ingress.meta.name.ns}) == nullptr)
        return {false, fmt::format("is left out: namespace \"{}\" has not the labels {} (--watch-namespace-selector)",
                                   ingress.meta.name.ns, options.watch_namespace_selector)};
    if (options.disable_catch_all && ingress.default_backend)
        return {false, "is left out: it has spec.defaultBackend, which --disable-catch-all forbids"};
    if (ingress.class_name && !ingress.class_name->empty() && !options.class_objects_denied)
        return decide_by_field(*ingress.class_name, store, options);
    if (const auto annotation = ingress.meta.annotations.find(kClassAnnotation);
        annotation != ingress.meta.annotations.end()) {
        if (annotation->second == options.ingress_class) return {true, {}};
        return {false, fmt::format("is left out: annotation {} is \"{}\", ours is \"{}\" (--ingress-class)",
                                   kClassAnnotation, annotation->second, options.ingress_class)};
    }
    if (options.watch_ingress_without_class) return {true, {}};
    return {false, fmt::format("is left out: it has no class; write spec.ingressClassName: {}", options.ingress_class)};
}

}  // namespace fairway::ingress
