// What the admission webhook answers.
#pragma once

#include <string>

namespace fairway::ingress {

struct AdmissionAnswer {
    unsigned http_status =
        200;           ///< 400: the body is no AdmissionReview; 500: it is about no Ingress of networking.k8s.io/v1
    std::string body;  ///< JSON with 200, a sentence otherwise
};

}  // namespace fairway::ingress
