// What the lab says in its CertificateDescription about itself and its purpose, in each of the three formats (TR-03110-4 2.2.6).
#pragma once
#include <string>

#include "core/certificate_description.h"

namespace eidkern::lab
{

std::string termsOfUsage(DescriptionFormat format); // UTF-8 text; HTML in ASCII; the bytes of a PDF of one page

} // namespace eidkern::lab
