#include "lab/terms_of_usage.h"

#include <cstdio>
#include <vector>

namespace eidkern::lab
{

namespace
{

constexpr auto plain = "Name, Anschrift und E-Mail-Adresse des Diensteanbieters:\r\n"
                       "Probierladen am Prüfstand\r\n"
                       "Werkbankgasse 3\r\n"
                       "00000 Musterhausen\r\n"
                       "probierladen@lab.example\r\n"
                       "\r\n"
                       "Zweck des Auslesevorgangs:\r\n"
                       "Vorführung einer Anmeldung im Testlabor; die Daten bleiben auf diesem Rechner\r\n"
                       "\r\n"
                       "Hinweis auf die für den Diensteanbieter zuständigen Stellen, die die Einhaltung der Vorschriften zum "
                       "Datenschutz kontrollieren:\r\n"
                       "Datenschutzbehörde des Testlabors\r\n"
                       "Werkbankgasse 4\r\n"
                       "00000 Musterhausen\r\n"
                       "datenschutz@lab.example";

constexpr auto html = "<html><head><title>Probierladen am Pr&uuml;fstand</title></head><body>"
                      "<h1>Probierladen am Pr&uuml;fstand</h1>"
                      "<p>Werkbankgasse 3<br>00000 Musterhausen<br>probierladen@lab.example</p>"
                      "<h2>Zweck des Auslesevorgangs</h2>"
                      "<p>Vorf&uuml;hrung einer Anmeldung im Testlabor; die Daten bleiben auf diesem Rechner</p>"
                      "<h2>Zust&auml;ndige Stelle f&uuml;r den Datenschutz</h2>"
                      "<p>Datenschutzbeh&ouml;rde des Testlabors<br>Werkbankgasse 4<br>00000 Musterhausen<br>datenschutz@lab.example</p>"
                      "</body></html>";

std::string pdf() // ISO 32000-1 7.5: header, five objects, the table of their places
{
    const std::string page = "BT /F1 12 Tf 72 760 Td (Probierladen am Pr\\374fstand, Werkbankgasse 3, 00000 Musterhausen) Tj "
                             "0 -20 Td (Zweck: Vorf\\374hrung einer Anmeldung im Testlabor) Tj ET";
    const std::vector<std::string> objects{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                           "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
                                           "<< /Length " + std::to_string(page.size()) + " >>\nstream\n" + page + "\nendstream",
                                           "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"};
    std::string out = "%PDF-1.4\n", places = "0000000000 65535 f \n";
    for (std::size_t i = 0; i < objects.size(); ++i)
    {
        char place[24];
        std::snprintf(place, sizeof place, "%010zu 00000 n \n", out.size());
        places += place;
        out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const auto table = out.size();
    const auto count = std::to_string(objects.size() + 1);
    return out + "xref\n0 " + count + "\n" + places + "trailer\n<< /Size " + count + " /Root 1 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

} // namespace

std::string termsOfUsage(DescriptionFormat format)
{
    if (format == DescriptionFormat::Pdf) return pdf();
    return format == DescriptionFormat::Html ? html : plain;
}

} // namespace eidkern::lab
