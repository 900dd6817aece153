// CertificateDescription (TR-03110-4 2.2.6): who the service is, for what it reads, and which TLS certificates belong to it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace eidkern
{

enum class DescriptionFormat { Plain, Html, Pdf };

struct CertificateDescription
{
    DescriptionFormat format = DescriptionFormat::Plain;
    std::string issuerName, issuerUrl;   // the CA that issued the authorisation
    std::string subjectName, subjectUrl; // the service
    std::string termsOfUsage;            // text, HTML or a PDF's bytes
    std::string redirectUrl;
    std::vector<Bytes> commCertificates; // hashes of DER TLS certificates
};

std::optional<CertificateDescription> parseCertificateDescription(ByteView der);
Bytes encode(const CertificateDescription& description);

} // namespace eidkern
