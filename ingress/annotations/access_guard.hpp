// Settings that restrict who may reach a path must never be ignored: while one of them does not act, the paths answer 503.
#pragma once

#include <string>
#include <string_view>

#include "ingress/annotations/descriptors.hpp"
#include "ingress/setting_reader.hpp"

namespace fairway::ingress {

/// @return why the paths must be closed, for RoutePolicy::denied; empty when the value restricts nothing (a switch that
/// is off, an allow list that names every address). Reports an error in the first case.
std::string refuse_unmet_guard(SettingReader& settings, std::string_view name, const AnnotationDescriptor& row,
                               std::string_view value);

/// True for a source range that lets every address pass: cert-manager writes "0.0.0.0/0,::/0" on its solver Ingress.
bool allows_every_address(std::string_view source_range);

}  // namespace fairway::ingress
