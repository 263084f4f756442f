// Settings that restrict who may reach a path must never be ignored: while one of them does not act, the paths answer 503.
#pragma once

#include <string>
#include <string_view>

#include "ingress/annotations/descriptors.hpp"
#include "ingress/setting_reader.hpp"

namespace fairway::ingress {

/// @return why the paths must be closed, for RoutePolicy::denied; empty when the value restricts nothing (a switch that
/// is off). Reports an error in the first case.
std::string refuse_unmet_guard(SettingReader& settings, std::string_view name, const AnnotationDescriptor& row,
                               std::string_view value);

/// Whether the reader reads annotations, and not the ConfigMap.
bool is_annotation(const SettingReader& settings);

/// A value of a guard that cannot be used closes every path: reports an error, and says why in `denied` (RoutePolicy::denied)
/// unless that says something already.
/// @param why  the middle of a sentence.
void close_paths(SettingReader& settings, std::string_view name, std::string_view why, std::string& denied);

}  // namespace fairway::ingress
