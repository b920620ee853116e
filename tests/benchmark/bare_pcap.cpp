// The floor that every reader through libpcap stands on: pcap_next_ex over a file, doing nothing.
#include <cinttypes>
#include <cstdio>

#include <pcap/pcap.h>

int main(int argc, char** argv) {
  char error[PCAP_ERRBUF_SIZE] = "no file named";
  pcap_t* const source = argc == 2 ? pcap_open_offline(argv[1], error) : nullptr;
  if (source == nullptr) {
    std::fprintf(stderr, "bench-bare-pcap: %s\n", error);
    return 65;
  }
  pcap_pkthdr* header = nullptr;
  const unsigned char* bytes = nullptr;
  std::uint64_t packets = 0;
  int got = 0;
  while ((got = pcap_next_ex(source, &header, &bytes)) == 1) ++packets;
  pcap_close(source);
  std::printf("%" PRIu64 "\n", packets);
  return got == PCAP_ERROR_BREAK ? 0 : 65;
}
