// SPDX-License-Identifier: Apache-2.0

extension Litmus {
  static let all: [Litmus] = [
    Litmus("SB: both may read 0", "x=1 y | y=1 x", "00/11 01/11 10/11 11/11"),
    Litmus(
      "SB with release and acquire changes nothing", "x=1.rel y.acq | y=1.rel x.acq",
      "00/11 01/11 10/11 11/11"),
    Litmus("SB with full fences", "x=1 F y | y=1 F x", "01/11 10/11 11/11"),
    Litmus("SB with one full fence", "x=1 F y | y=1 x", "00/11 01/11 10/11 11/11"),
    Litmus("SB with acquire-release fences", "x=1 Far y | y=1 Far x", "00/11 01/11 10/11 11/11"),
    Litmus(
      "SB with exchanges as fences", "x:1.ar y.acq | y:1.ar x.acq",
      "0000/11 0001/11 0100/11 0101/11"),
    Litmus("SB with a membarrier against nothing", "x=1 M y | y=1 x", "01/11 10/11 11/11"),
    Litmus("SB with membarriers on both sides", "x=1 M y | y=1 M x", "01/11 10/11 11/11"),
    Litmus("SB with a membarrier against a full fence", "x=1 M y | y=1 F x", "01/11 10/11 11/11"),
    Litmus("SB on one processor", "@0 x=1 y | @0 y=1 x", "01/11 10/11 11/11"),
    Litmus("MP relaxed", "x=1 y=1 | y x", "00/11 01/11 10/11 11/11"),
    Litmus("MP release and acquire", "x=1 y=1.rel | y.acq x", "00/11 01/11 11/11"),
    Litmus("MP release and relaxed", "x=1 y=1.rel | y x", "00/11 01/11 10/11 11/11"),
    Litmus("MP relaxed and acquire", "x=1 y=1 | y.acq x", "00/11 01/11 10/11 11/11"),
    Litmus("MP with fences", "x=1 Frel y=1 | y Facq x", "00/11 01/11 11/11"),
    Litmus("MP release store, acquire fence", "x=1 y=1.rel | y Facq x", "00/11 01/11 11/11"),
    Litmus("MP release fence, acquire load", "x=1 Frel y=1 | y.acq x", "00/11 01/11 11/11"),
    Litmus(
      "MP release fence behind the store", "x=1 y=1 Frel | y.acq x",
      "00/11 01/11 10/11 11/11"),
    Litmus("MP acquire fence before the load", "x=1 y=1.rel | Facq y x", "00/11 01/11 10/11 11/11"),
    Litmus("MP with a membarrier in the reader", "x=1 y=1 | y M x", "00/11 01/11 11/11"),
    Litmus("MP on one processor", "@0 x=1 y=1 | @0 y x", "00/11 01/11 11/11"),
    Litmus("LB is not modelled", "x y=1 | y x=1", "00/11 01/11 10/11"),
    Litmus("CoRR", "x=1 x=2 | x x", "00/2 01/2 02/2 11/2 12/2 22/2"),
    Litmus(
      "CoRR with two writers", "x=1 | x=2 | x x",
      "00/1 00/2 01/1 01/2 02/1 02/2 11/1 11/2 12/2 21/1 22/1 22/2"),
    Litmus("CoWR", "x=1 x | x=2", "1/1 1/2 2/2"),
    Litmus("CoRW", "x x=1 | x=2", "0/1 0/2 2/1"),
    Litmus("CoWW", "x=1 x=2", "/2"),
    Litmus("2+2W relaxed", "x=1 y=2 | y=1 x=2", "/11 /12 /21 /22"),
    Litmus("2+2W release", "x=1 y=2.rel | y=1 x=2.rel", "/11 /12 /21 /22"),
    Litmus("2+2W with full fences", "x=1 F y=2 | y=1 F x=2", "/12 /21 /22"),
    Litmus("S", "x=2 y=1.rel | y.acq x=1", "0/11 0/21 1/11"),
    Litmus("R with full fences", "x=1 F y=1 | y=2 F x", "0/11 1/11 1/12"),
    Litmus("R", "x=1 y=1 | y=2 x", "0/11 0/12 1/11 1/12"),
    Litmus(
      "WRC release and acquire", "x=1 | x.acq y=1.rel | y.acq x",
      "000/11 001/11 010/11 011/11 100/11 101/11 111/11"),
    Litmus(
      "WRC relaxed", "x=1 | x y=1 | y x",
      "000/11 001/11 010/11 011/11 100/11 101/11 110/11 111/11"),
    Litmus(
      "ISA2", "x=1 y=1.rel | y.acq z=1.rel | z.acq x",
      "000/111 001/111 010/111 011/111 100/111 101/111 111/111"),
    Litmus(
      "IRIW", "x=1.rel | y=1.rel | x.acq y.acq | y.acq x.acq",
      """
      0000/11 0001/11 0010/11 0011/11 0100/11 0101/11 0110/11 0111/11 \
      1000/11 1001/11 1010/11 1011/11 1100/11 1101/11 1110/11 1111/11
      """),
    Litmus(
      "IRIW with full fences", "x=1 | y=1 | x F y | y F x",
      """
      0000/11 0001/11 0010/11 0011/11 0100/11 0101/11 0110/11 0111/11 \
      1000/11 1001/11 1011/11 1100/11 1101/11 1110/11 1111/11
      """),
    Litmus(
      "release sequence through an exchange", "x=1 y=1.rel | y:2 | y.acq x",
      "000/11 001/11 011/11 020/11 021/11 100/12 101/12 111/12 121/12"),
    Litmus(
      "release sequence through a relaxed add", "x=1 y=1.rel | y+1 | y.acq x",
      "000/11 001/11 010/11 011/11 100/12 101/12 111/12 121/12"),
    Litmus(
      "a store of the same thread ends the release sequence", "x=1 y=1.rel y=2 | y.acq x",
      "00/12 01/12 11/12 20/12 21/12"),
    Litmus(
      "a store of another thread ends it", "x=1 y=1.rel | y=2 | y.acq x",
      "00/11 00/12 01/11 01/12 11/11 11/12 20/11 20/12 21/11 21/12"),
    Litmus(
      "a fence's release covers later stores", "x=1 Frel y=1 y=2 | y.acq x",
      "00/12 01/12 11/12 21/12"),
    Litmus("updates are atomic", "x+1 | x+1", "01/2 10/2"),
    Litmus("two exchanges do not read the same", "x:1 | x:2", "01/2 20/1"),
    Litmus("of two compare-exchanges one wins", "x?0>1 | x?0>2", "01/1 20/2"),
    Litmus(
      "a failed compare-exchange acquires nothing", "x=1 y=1.rel | y?0>2.ar x",
      "00/11 01/11 10/11 11/11"),
    Litmus("unless its failure order says so", "x=1 y=1.rel | y?0>2.ar.acq x", "00/11 01/11 11/11"),
    Litmus(
      "a failed compare-exchange releases nothing", "x=1 y?1>2.ar y=1 | y.acq x",
      "000/11 001/11 010/11 011/11"),
    Litmus(
      "a failed compare-exchange is no fence", "x=1 z?1>2.ar y | y=1 z?1>2.ar x",
      "0000/110 0001/110 0100/110 0101/110"),
    Litmus("a section commits or is aborted", "[x,y>1] | P0", "0/01 9/00"),
    Litmus("a plain membarrier leaves sections alone", "[x,y>1] | M", "0/01"),
    Litmus("a restart membarrier aborts them", "[x,y>1] | MR", "0/01 9/00"),
    Litmus("after a restart membarrier no old commit", "[x,y>1] | x=1 MR y", "01/11 11/11 90/10"),
    Litmus("after a plain one there may be", "[x,y>1] | x=1 M y", "00/11 01/11 10/11 11/11"),
    Litmus("a store before the commit stays", "[x,z,y>1] | MR", "0/011 9/000 9/001"),
    Litmus("a switch on one processor aborts", "@0 [x,y>1] | @0 x=1", "0/11 1/11 9/10"),
    Litmus("on two processors nothing aborts", "@0 [x,y>1] | @1 x=1", "0/11 1/11"),
    Litmus("migration aborts", "@0 [x,y>1] | @1 x | G0>1", "00/01 90/00"),
    Litmus("a signal aborts and is handled", "[x,y>1] | S0", "0/010 9/001"),
    Litmus("signals of an ended thread are lost", "x | S0 M z", "00/000 00/001 01/001"),
    Litmus("a futex is not missed", "Wx0 | x=1 Kx", "0/1 1/1"),
  ]
}
