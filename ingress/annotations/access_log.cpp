#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

void read_access_log(SettingReader& settings, bool& access_log) {
    settings.read("enable-access-log", access_log, parse_bool);
}

}  // namespace fairway::ingress
