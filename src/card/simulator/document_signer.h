// The simulator's test PKI for passive authentication: a country signing CA and a document signer, brainpoolP256r1 with
// SHA-256. Their private keys follow from a published sentence, so that every process has the same ones and a test service
// that trusts the CSCA believes every simulated card. Nothing here is secret or good for anything but tests.
#pragma once
#include "core/bytes.h"

namespace eidkern::card
{

Bytes testCscaCertificate(); // X.509 DER, self-signed, 2020 .. 2050; the key is always the same, the signature is not

// CMS SignedData (DER) with eContentType 0.4.0.127.0.7.3.2.1 around the SET OF SecurityInfo; carries the document signer's
// certificate.
Bytes signCardSecurity(ByteView securityInfos);

} // namespace eidkern::card
