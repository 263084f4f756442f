#include "ingress/annotations/references.hpp"

#include <fmt/format.h>

#include "ingress/options.hpp"

namespace fairway::ingress {

Result<k8s::ObjectName> References::resolve(std::string_view text) const {
    if (text.find('/') == std::string_view::npos) return k8s::ObjectName{own_namespace_, std::string(text)};
    auto name = parse_object_name(text);
    if (!name) return name.error();
    if (name->ns != own_namespace_ && !cross_namespace_)
        return Error{fmt::format("{} is in another namespace, which the ConfigMap key allow-cross-namespace-resources "
                                 "does not allow; name an object of namespace {}",
                                 text, own_namespace_)};
    return name;
}

template <class T>
Result<const T*> References::find(std::string_view text) {
    auto name = resolve(text);
    if (!name) return name.error();
    return look_up<T>(*name);
}

template <class T>
Result<const T*> References::look_up(const k8s::ObjectName& name) {
    note({T::kKind, name});
    const auto* found = store_->find<T>(name);
    if (found == nullptr) return Error{fmt::format("{} {} does not exist", T::kKind, name.to_string())};
    return found;
}

Result<const k8s::ConfigMap*> References::config_map_anywhere(std::string_view text) {
    const auto name = text.find('/') == std::string_view::npos ? resolve(text) : parse_object_name(text);
    if (!name) return name.error();
    return look_up<k8s::ConfigMap>(*name);
}

template Result<const k8s::Secret*> References::find(std::string_view);
template Result<const k8s::ConfigMap*> References::find(std::string_view);
template Result<const k8s::Service*> References::find(std::string_view);

}  // namespace fairway::ingress
