#include "admin/metrics_page.hpp"

namespace fairway::admin {

Labels controller_labels(const Identity& identity) {
    Labels labels;
    labels.add("controller_class", identity.controller_class)
        .add("controller_namespace", identity.controller_namespace)
        .add("controller_pod", identity.controller_pod);
    return labels;
}

std::string metrics_page(const MetricsInput& input) {
    Exposition out;
    append_request_metrics(out, input);
    append_connection_metrics(out, input);
    append_stream_metrics(out, input);
    append_configuration_metrics(out, input);
    append_certificate_metrics(out, input);
    append_probe_metrics(out, input);
    append_process_metrics(out, input);
    return out.take();
}

}  // namespace fairway::admin
