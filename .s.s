0000000000000fe0 <HazardTable.settle(_:at:by:)>:
     fe0:	push   %rbp
     fe1:	mov    %rsp,%rbp
     fe4:	push   %r15
     fe6:	push   %r14
     fe8:	push   %r13
     fea:	push   %r12
     fec:	push   %rbx
     fed:	sub    $0x48,%rsp
     ff1:	mov    %rsi,%r14
     ff4:	mov    %rdi,%r12
     ff7:	mov    0x0(%rip),%rax        # ffe <HazardTable.settle(_:at:by:)+0x1e>
			ffa: R_X86_64_REX_GOTPCRELX	percpu_sequence_add_slow-0x4
     ffe:	mov    (%rax),%rax
    1001:	mov    %rax,-0x40(%rbp)
    1005:	mov    %edx,-0x2c(%rbp)
    1008:	movzbl %dl,%eax
    100b:	mov    %eax,-0x44(%rbp)
    100e:	lea    0x0(%rip),%rbx        # 1015 <HazardTable.settle(_:at:by:)+0x35>
			1011: R_X86_64_PC32	one-time initialization token for rows-0x4
    1015:	lea    0x0(%rip),%r15        # 101c <HazardTable.settle(_:at:by:)+0x3c>
			1018: R_X86_64_PC32	one-time initialization function for rows-0x4
    101c:	mov    %r13,-0x50(%rbp)
    1020:	mov    0x10(%r12),%rdx
    1025:	mov    (%r14),%rax
    1028:	and    $0xfffffffffffffffc,%rax
    102c:	cmp    %rdx,%rax
    102f:	jne    1362 <HazardTable.settle(_:at:by:)+0x382>
    1035:	lea    0x10(%r12),%rax
    103a:	jmp    1063 <HazardTable.settle(_:at:by:)+0x83>
    103c:	nopl   0x0(%rax)
    1040:	test   %r12,%r12
    1043:	je     17dc <HazardTable.settle(_:at:by:)+0x7fc>
    1049:	lea    0x10(%r12),%rax
    104e:	mov    0x10(%r12),%rdx
    1053:	mov    (%r14),%rcx
    1056:	and    $0xfffffffffffffffc,%rcx
    105a:	cmp    %rdx,%rcx
    105d:	jne    1350 <HazardTable.settle(_:at:by:)+0x370>
    1063:	mov    %rdx,-0x70(%rbp)
    1067:	mov    (%rax),%r13
    106a:	mov    %r12,%r15
    106d:	xchg   %r15,0x80(%r14)
    1074:	test   %r15,%r15
    1077:	je     10d0 <HazardTable.settle(_:at:by:)+0xf0>
    1079:	mov    %r12,-0x68(%rbp)
    107d:	mov    0x30(%r15),%r12
    1081:	mov    0x70(%r12),%rax
    1086:	mov    0x10(%rax),%rbx
    108a:	mov    %r12,%rdi
    108d:	call   1092 <HazardTable.settle(_:at:by:)+0xb2>
			108e: R_X86_64_PLT32	swift_retain-0x4
    1092:	mov    0x0(%rip),%rax        # 1099 <HazardTable.settle(_:at:by:)+0xb9>
			1095: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
    1099:	mov    (%rax),%rax
    109c:	lea    0x0(%rip),%rcx        # 10a3 <HazardTable.settle(_:at:by:)+0xc3>
			109f: R_X86_64_PC32	__rseq_cs+0x13c
    10a3:	mov    %rcx,%fs:0x8(%rax)
    10a8:	mov    %fs:0x4(%rax),%ecx
    10ac:	test   %ecx,%ecx
    10ae:	js     10d8 <HazardTable.settle(_:at:by:)+0xf8>
    10b0:	shl    $0x10,%rcx
    10b4:	addq   $0x1,(%rbx,%rcx,1)
    10b9:	cmp    %r13,0x10(%r15)
    10bd:	je     10f0 <HazardTable.settle(_:at:by:)+0x110>
    10bf:	mov    %r12,%rdi
    10c2:	jmp    12b1 <HazardTable.settle(_:at:by:)+0x2d1>
    10c7:	nopw   0x0(%rax,%rax,1)
    10d0:	xor    %r15d,%r15d
    10d3:	jmp    12ba <HazardTable.settle(_:at:by:)+0x2da>
    10d8:	mov    $0x1,%esi
    10dd:	mov    %rbx,%rdi
    10e0:	call   *-0x40(%rbp)
    10e3:	cmp    %r13,0x10(%r15)
    10e7:	jne    10bf <HazardTable.settle(_:at:by:)+0xdf>
    10e9:	nopl   0x0(%rax)
    10f0:	mov    %r15,%r13
    10f3:	cmpb   $0x0,-0x2c(%rbp)
    10f7:	jne    1168 <HazardTable.settle(_:at:by:)+0x188>
    10f9:	cmpq   $0x1,0x20(%r12)
    10ff:	jne    1128 <HazardTable.settle(_:at:by:)+0x148>
    1101:	mov    0x38(%r12),%rcx
    1106:	mov    (%rcx),%rax
    1109:	nopl   0x0(%rax)
    1110:	cmp    %rax,%rcx
    1113:	je     1128 <HazardTable.settle(_:at:by:)+0x148>
    1115:	mov    %rax,0x38(%r15)
    1119:	lock cmpxchg %r15,(%rcx)
    111e:	setne  %dl
    1121:	test   %dl,%dl
    1123:	jne    1110 <HazardTable.settle(_:at:by:)+0x130>
    1125:	xor    %r15d,%r15d
    1128:	mov    0x60(%r12),%rax
    112d:	mov    0x10(%rax),%rdi
    1131:	mov    0x0(%rip),%rax        # 1138 <HazardTable.settle(_:at:by:)+0x158>
			1134: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
    1138:	mov    (%rax),%rax
    113b:	lea    0x0(%rip),%rcx        # 1142 <HazardTable.settle(_:at:by:)+0x162>
			113e: R_X86_64_PC32	__rseq_cs+0x15c
    1142:	mov    %rcx,%fs:0x8(%rax)
    1147:	mov    %fs:0x4(%rax),%ecx
    114b:	test   %ecx,%ecx
    114d:	js     1332 <HazardTable.settle(_:at:by:)+0x352>
    1153:	shl    $0x10,%rcx
    1157:	addq   $0x1,(%rdi,%rcx,1)
    115c:	test   %r15,%r15
    115f:	je     1343 <HazardTable.settle(_:at:by:)+0x363>
    1165:	mov    %r15,%r13
    1168:	lea    0x0(%rip),%rdi        # 116f <HazardTable.settle(_:at:by:)+0x18f>
			116b: R_X86_64_PC32	demangling cache variable for type metadata for _ContiguousArrayStorage<Retiree>-0x4
    116f:	call   1174 <HazardTable.settle(_:at:by:)+0x194>
			1170: R_X86_64_PLT32	__swift_instantiateConcreteTypeFromMangledName-0x4
    1174:	mov    $0x40,%esi
    1179:	mov    $0x7,%edx
    117e:	mov    %rax,%rdi
    1181:	call   1186 <HazardTable.settle(_:at:by:)+0x1a6>
			1182: R_X86_64_PLT32	swift_allocObject-0x4
    1186:	mov    %rax,%rbx
    1189:	movq   $0x1,0x10(%rax)
    1191:	movq   $0x2,0x18(%rax)
    1199:	mov    0x10(%r13),%rdi
    119d:	mov    0x18(%r13),%r15
    11a1:	mov    %r13,%rax
    11a4:	mov    0x20(%r13),%r13
    11a8:	mov    %rax,-0x60(%rbp)
    11ac:	movzbl 0x28(%rax),%eax
    11b0:	mov    %rdi,0x20(%rbx)
    11b4:	mov    %r15,0x28(%rbx)
    11b8:	mov    %r13,0x30(%rbx)
    11bc:	mov    %al,0x38(%rbx)
    11bf:	mov    0x20(%r12),%rax
    11c4:	cmp    $0x2,%rax
    11c8:	jae    11fe <HazardTable.settle(_:at:by:)+0x21e>
    11ca:	test   %r15,%r15
    11cd:	je     1254 <HazardTable.settle(_:at:by:)+0x274>
    11d3:	mov    %rdi,-0x38(%rbp)
    11d7:	mov    %r15,%rdi
    11da:	mov    %r13,%rsi
    11dd:	call   11e2 <HazardTable.settle(_:at:by:)+0x202>
			11de: R_X86_64_PLT32	outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
    11e2:	mov    %r13,%rdi
    11e5:	call   11ea <HazardTable.settle(_:at:by:)+0x20a>
			11e6: R_X86_64_PLT32	swift_retain-0x4
    11ea:	mov    -0x38(%rbp),%rdi
    11ee:	call   *%r15
    11f1:	mov    %r15,%rdi
    11f4:	mov    %r13,%rsi
    11f7:	call   11fc <HazardTable.settle(_:at:by:)+0x21c>
			11f8: R_X86_64_PLT32	outlined consume of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
    11fc:	jmp    1260 <HazardTable.settle(_:at:by:)+0x280>
    11fe:	mov    0x28(%r12),%rcx
    1203:	mov    %rcx,-0x38(%rbp)
    1207:	mov    %rax,-0x58(%rbp)
    120b:	mov    %r15,%rdi
    120e:	mov    %r13,%rsi
    1211:	call   1216 <HazardTable.settle(_:at:by:)+0x236>
			1212: R_X86_64_PLT32	outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
    1216:	mov    -0x58(%rbp),%r15
    121a:	mov    %r15,%rdi
    121d:	mov    -0x38(%rbp),%r13
    1221:	mov    %r13,%rsi
    1224:	call   1229 <HazardTable.settle(_:at:by:)+0x249>
			1225: R_X86_64_PLT32	outlined copy of HazardDomain.Reclaimer-0x4
    1229:	mov    %rbx,%rdi
    122c:	call   1231 <HazardTable.settle(_:at:by:)+0x251>
			122d: R_X86_64_PLT32	swift_retain-0x4
    1231:	lea    0x1168(%rip),%rdi        # 23a0 <partial apply for closure #1 in Retirement.reclaim(_:)>
    1238:	mov    %rbx,%rsi
    123b:	call   *%r15
    123e:	mov    %rbx,%rdi
    1241:	call   1246 <HazardTable.settle(_:at:by:)+0x266>
			1242: R_X86_64_PLT32	swift_release-0x4
    1246:	mov    %r15,%rdi
    1249:	mov    -0x38(%rbp),%rsi
    124d:	call   1252 <HazardTable.settle(_:at:by:)+0x272>
			124e: R_X86_64_PLT32	outlined consume of HazardDomain.Reclaimer-0x4
    1252:	jmp    1260 <HazardTable.settle(_:at:by:)+0x280>
    1254:	call   1259 <HazardTable.settle(_:at:by:)+0x279>
			1255: R_X86_64_PLT32	swift_release-0x4
    1259:	nopl   0x0(%rax)
    1260:	mov    0x50(%r12),%rax
    1265:	mov    0x10(%rbx),%rsi
    1269:	mov    0x10(%rax),%rdi
    126d:	mov    0x0(%rip),%rax        # 1274 <HazardTable.settle(_:at:by:)+0x294>
			1270: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
    1274:	mov    (%rax),%rax
    1277:	mov    -0x60(%rbp),%r13
    127b:	lea    0x0(%rip),%rcx        # 1282 <HazardTable.settle(_:at:by:)+0x2a2>
			127e: R_X86_64_PC32	__rseq_cs+0x17c
    1282:	mov    %rcx,%fs:0x8(%rax)
    1287:	mov    %fs:0x4(%rax),%ecx
    128b:	test   %ecx,%ecx
    128d:	js     132a <HazardTable.settle(_:at:by:)+0x34a>
    1293:	shl    $0x10,%rcx
    1297:	add    %rsi,(%rdi,%rcx,1)
    129b:	mov    %r12,%rdi
    129e:	call   12a3 <HazardTable.settle(_:at:by:)+0x2c3>
			129f: R_X86_64_PLT32	swift_release-0x4
    12a3:	mov    %rbx,%rdi
    12a6:	call   12ab <HazardTable.settle(_:at:by:)+0x2cb>
			12a7: R_X86_64_PLT32	swift_release-0x4
    12ab:	xor    %r15d,%r15d
    12ae:	mov    %r13,%rdi
    12b1:	call   12b6 <HazardTable.settle(_:at:by:)+0x2d6>
			12b2: R_X86_64_PLT32	swift_release-0x4
    12b6:	mov    -0x68(%rbp),%r12
    12ba:	lock orl $0x0,-0x40(%rsp)
    12c0:	call   12c5 <HazardTable.settle(_:at:by:)+0x2e5>
			12c1: R_X86_64_PLT32	percpu_membarrier-0x4
    12c5:	mov    (%r14),%rax
    12c8:	and    $0xfffffffffffffffc,%rax
    12cc:	cmp    -0x70(%rbp),%rax
    12d0:	jne    12e0 <HazardTable.settle(_:at:by:)+0x300>
    12d2:	xor    %r12d,%r12d
    12d5:	test   %r15,%r15
    12d8:	jne    12fb <HazardTable.settle(_:at:by:)+0x31b>
    12da:	jmp    1040 <HazardTable.settle(_:at:by:)+0x60>
    12df:	nop
    12e0:	mov    %r12,%rax
    12e3:	xor    %ecx,%ecx
    12e5:	lock cmpxchg %rcx,0x80(%r14)
    12ee:	cmovne %rcx,%r12
    12f2:	test   %r15,%r15
    12f5:	je     1040 <HazardTable.settle(_:at:by:)+0x60>
    12fb:	test   %r12,%r12
    12fe:	je     1322 <HazardTable.settle(_:at:by:)+0x342>
    1300:	mov    %r12,%rdi
    1303:	call   1308 <HazardTable.settle(_:at:by:)+0x328>
			1304: R_X86_64_PLT32	swift_retain-0x4
    1308:	mov    %r12,%rdi
    130b:	mov    %r14,%rsi
    130e:	mov    -0x44(%rbp),%edx
    1311:	mov    -0x50(%rbp),%r13
    1315:	call   131a <HazardTable.settle(_:at:by:)+0x33a>
			1316: R_X86_64_PLT32	HazardTable.settle(_:at:by:)-0x4
    131a:	mov    %r12,%rdi
    131d:	call   1322 <HazardTable.settle(_:at:by:)+0x342>
			131e: R_X86_64_PLT32	swift_release-0x4
    1322:	mov    %r15,%r12
    1325:	jmp    1049 <HazardTable.settle(_:at:by:)+0x69>
    132a:	call   *-0x40(%rbp)
    132d:	jmp    129b <HazardTable.settle(_:at:by:)+0x2bb>
    1332:	mov    $0x1,%esi
    1337:	call   *-0x40(%rbp)
    133a:	test   %r15,%r15
    133d:	jne    1165 <HazardTable.settle(_:at:by:)+0x185>
    1343:	mov    %r12,%rdi
    1346:	xor    %r15d,%r15d
    1349:	jmp    12b1 <HazardTable.settle(_:at:by:)+0x2d1>
    134e:	xchg   %ax,%ax
    1350:	mov    -0x50(%rbp),%r13
    1354:	lea    0x0(%rip),%rbx        # 135b <HazardTable.settle(_:at:by:)+0x37b>
			1357: R_X86_64_PC32	one-time initialization token for rows-0x4
    135b:	lea    0x0(%rip),%r15        # 1362 <HazardTable.settle(_:at:by:)+0x382>
			135e: R_X86_64_PC32	one-time initialization function for rows-0x4
    1362:	cmpb   $0x0,0x28(%r12)
    1368:	jne    17eb <HazardTable.settle(_:at:by:)+0x80b>
    136e:	mov    %rbx,%rdi
    1371:	mov    %r15,%rsi
    1374:	mov    %rdx,%r14
    1377:	call   137c <HazardTable.settle(_:at:by:)+0x39c>
			1378: R_X86_64_PLT32	swift_once-0x4
    137c:	mov    %r14,%r8
    137f:	mov    0x0(%rip),%rax        # 1386 <HazardTable.settle(_:at:by:)+0x3a6>
			1382: R_X86_64_PC32	static CPU.rows-0x4
    1386:	mov    0x10(%rax),%rcx
    138a:	test   %rcx,%rcx
    138d:	je     14c0 <HazardTable.settle(_:at:by:)+0x4e0>
    1393:	xor    %edx,%edx
    1395:	cmp    0x10(%rax),%rdx
    1399:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    139f:	mov    0x10(%r13),%r14
    13a3:	mov    0x20(%rax,%rdx,8),%rsi
    13a8:	shl    $0x10,%rsi
    13ac:	mov    (%r14,%rsi,1),%rdi
    13b0:	and    $0xfffffffffffffffc,%rdi
    13b4:	cmp    %r8,%rdi
    13b7:	je     1798 <HazardTable.settle(_:at:by:)+0x7b8>
    13bd:	cmp    0x10(%rax),%rdx
    13c1:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    13c7:	mov    0x10(%r13),%r14
    13cb:	mov    0x20(%rax,%rdx,8),%rsi
    13d0:	shl    $0x10,%rsi
    13d4:	mov    0x8(%r14,%rsi,1),%rdi
    13d9:	and    $0xfffffffffffffffc,%rdi
    13dd:	cmp    %r8,%rdi
    13e0:	je     1794 <HazardTable.settle(_:at:by:)+0x7b4>
    13e6:	cmp    0x10(%rax),%rdx
    13ea:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    13f0:	mov    0x10(%r13),%r14
    13f4:	mov    0x20(%rax,%rdx,8),%rsi
    13f9:	shl    $0x10,%rsi
    13fd:	mov    0x10(%r14,%rsi,1),%rdi
    1402:	and    $0xfffffffffffffffc,%rdi
    1406:	cmp    %r8,%rdi
    1409:	je     17a0 <HazardTable.settle(_:at:by:)+0x7c0>
    140f:	cmp    0x10(%rax),%rdx
    1413:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    1419:	mov    0x10(%r13),%r14
    141d:	mov    0x20(%rax,%rdx,8),%rsi
    1422:	shl    $0x10,%rsi
    1426:	mov    0x18(%r14,%rsi,1),%rdi
    142b:	and    $0xfffffffffffffffc,%rdi
    142f:	cmp    %r8,%rdi
    1432:	je     17ac <HazardTable.settle(_:at:by:)+0x7cc>
    1438:	cmp    0x10(%rax),%rdx
    143c:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    1442:	mov    0x10(%r13),%r14
    1446:	mov    0x20(%rax,%rdx,8),%rsi
    144b:	shl    $0x10,%rsi
    144f:	mov    0x20(%r14,%rsi,1),%rdi
    1454:	and    $0xfffffffffffffffc,%rdi
    1458:	cmp    %r8,%rdi
    145b:	je     17b8 <HazardTable.settle(_:at:by:)+0x7d8>
    1461:	cmp    0x10(%rax),%rdx
    1465:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    146b:	mov    0x10(%r13),%r14
    146f:	mov    0x20(%rax,%rdx,8),%rsi
    1474:	shl    $0x10,%rsi
    1478:	mov    0x28(%r14,%rsi,1),%rdi
    147d:	and    $0xfffffffffffffffc,%rdi
    1481:	cmp    %r8,%rdi
    1484:	je     17c4 <HazardTable.settle(_:at:by:)+0x7e4>
    148a:	cmp    0x10(%rax),%rdx
    148e:	jae    183b <HazardTable.settle(_:at:by:)+0x85b>
    1494:	mov    0x10(%r13),%r14
    1498:	mov    0x20(%rax,%rdx,8),%rsi
    149d:	shl    $0x10,%rsi
    14a1:	mov    0x30(%r14,%rsi,1),%rdi
    14a6:	and    $0xfffffffffffffffc,%rdi
    14aa:	cmp    %r8,%rdi
    14ad:	je     17d0 <HazardTable.settle(_:at:by:)+0x7f0>
    14b3:	inc    %rdx
    14b6:	cmp    %rdx,%rcx
    14b9:	jne    1395 <HazardTable.settle(_:at:by:)+0x3b5>
    14bf:	nop
    14c0:	mov    0x20(%r13),%rax
    14c4:	mov    (%rax),%rdx
    14c7:	test   %rdx,%rdx
    14ca:	je     17eb <HazardTable.settle(_:at:by:)+0x80b>
    14d0:	mov    $0x1,%ecx
    14d5:	data16 cs nopw 0x0(%rax,%rax,1)
    14e0:	mov    (%rdx,%rcx,8),%rax
    14e4:	and    $0xfffffffffffffffc,%rax
    14e8:	cmp    %r8,%rax
    14eb:	je     1788 <HazardTable.settle(_:at:by:)+0x7a8>
    14f1:	inc    %rcx
    14f4:	cmp    $0x10,%rcx
    14f8:	jne    14e0 <HazardTable.settle(_:at:by:)+0x500>
    14fa:	lea    0x100(%rdx),%rax
    1501:	xor    %ecx,%ecx
    1503:	data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
    1510:	mov    0x100(%rdx,%rcx,8),%rsi
    1518:	and    $0xfffffffffffffffc,%rsi
    151c:	cmp    %r8,%rsi
    151f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1525:	inc    %rcx
    1528:	cmp    $0x10,%rcx
    152c:	jne    1510 <HazardTable.settle(_:at:by:)+0x530>
    152e:	lea    0x200(%rdx),%rax
    1535:	xor    %ecx,%ecx
    1537:	nopw   0x0(%rax,%rax,1)
    1540:	mov    0x200(%rdx,%rcx,8),%rsi
    1548:	and    $0xfffffffffffffffc,%rsi
    154c:	cmp    %r8,%rsi
    154f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1555:	inc    %rcx
    1558:	cmp    $0x10,%rcx
    155c:	jne    1540 <HazardTable.settle(_:at:by:)+0x560>
    155e:	lea    0x300(%rdx),%rax
    1565:	xor    %ecx,%ecx
    1567:	nopw   0x0(%rax,%rax,1)
    1570:	mov    0x300(%rdx,%rcx,8),%rsi
    1578:	and    $0xfffffffffffffffc,%rsi
    157c:	cmp    %r8,%rsi
    157f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1585:	inc    %rcx
    1588:	cmp    $0x10,%rcx
    158c:	jne    1570 <HazardTable.settle(_:at:by:)+0x590>
    158e:	lea    0x400(%rdx),%rax
    1595:	xor    %ecx,%ecx
    1597:	nopw   0x0(%rax,%rax,1)
    15a0:	mov    0x400(%rdx,%rcx,8),%rsi
    15a8:	and    $0xfffffffffffffffc,%rsi
    15ac:	cmp    %r8,%rsi
    15af:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    15b5:	inc    %rcx
    15b8:	cmp    $0x10,%rcx
    15bc:	jne    15a0 <HazardTable.settle(_:at:by:)+0x5c0>
    15be:	lea    0x500(%rdx),%rax
    15c5:	xor    %ecx,%ecx
    15c7:	nopw   0x0(%rax,%rax,1)
    15d0:	mov    0x500(%rdx,%rcx,8),%rsi
    15d8:	and    $0xfffffffffffffffc,%rsi
    15dc:	cmp    %r8,%rsi
    15df:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    15e5:	inc    %rcx
    15e8:	cmp    $0x10,%rcx
    15ec:	jne    15d0 <HazardTable.settle(_:at:by:)+0x5f0>
    15ee:	lea    0x600(%rdx),%rax
    15f5:	xor    %ecx,%ecx
    15f7:	nopw   0x0(%rax,%rax,1)
    1600:	mov    0x600(%rdx,%rcx,8),%rsi
    1608:	and    $0xfffffffffffffffc,%rsi
    160c:	cmp    %r8,%rsi
    160f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1615:	inc    %rcx
    1618:	cmp    $0x10,%rcx
    161c:	jne    1600 <HazardTable.settle(_:at:by:)+0x620>
    161e:	lea    0x700(%rdx),%rax
    1625:	xor    %ecx,%ecx
    1627:	nopw   0x0(%rax,%rax,1)
    1630:	mov    0x700(%rdx,%rcx,8),%rsi
    1638:	and    $0xfffffffffffffffc,%rsi
    163c:	cmp    %r8,%rsi
    163f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1645:	inc    %rcx
    1648:	cmp    $0x10,%rcx
    164c:	jne    1630 <HazardTable.settle(_:at:by:)+0x650>
    164e:	lea    0x800(%rdx),%rax
    1655:	xor    %ecx,%ecx
    1657:	mov    0x800(%rdx,%rcx,8),%rsi
    165f:	and    $0xfffffffffffffffc,%rsi
    1663:	cmp    %r8,%rsi
    1666:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    166c:	inc    %rcx
    166f:	cmp    $0x10,%rcx
    1673:	jne    1657 <HazardTable.settle(_:at:by:)+0x677>
    1675:	lea    0x900(%rdx),%rax
    167c:	xor    %ecx,%ecx
    167e:	mov    0x900(%rdx,%rcx,8),%rsi
    1686:	and    $0xfffffffffffffffc,%rsi
    168a:	cmp    %r8,%rsi
    168d:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1693:	inc    %rcx
    1696:	cmp    $0x10,%rcx
    169a:	jne    167e <HazardTable.settle(_:at:by:)+0x69e>
    169c:	lea    0xa00(%rdx),%rax
    16a3:	xor    %ecx,%ecx
    16a5:	mov    0xa00(%rdx,%rcx,8),%rsi
    16ad:	and    $0xfffffffffffffffc,%rsi
    16b1:	cmp    %r8,%rsi
    16b4:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    16ba:	inc    %rcx
    16bd:	cmp    $0x10,%rcx
    16c1:	jne    16a5 <HazardTable.settle(_:at:by:)+0x6c5>
    16c3:	lea    0xb00(%rdx),%rax
    16ca:	xor    %ecx,%ecx
    16cc:	mov    0xb00(%rdx,%rcx,8),%rsi
    16d4:	and    $0xfffffffffffffffc,%rsi
    16d8:	cmp    %r8,%rsi
    16db:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    16e1:	inc    %rcx
    16e4:	cmp    $0x10,%rcx
    16e8:	jne    16cc <HazardTable.settle(_:at:by:)+0x6ec>
    16ea:	lea    0xc00(%rdx),%rax
    16f1:	xor    %ecx,%ecx
    16f3:	mov    0xc00(%rdx,%rcx,8),%rsi
    16fb:	and    $0xfffffffffffffffc,%rsi
    16ff:	cmp    %r8,%rsi
    1702:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1708:	inc    %rcx
    170b:	cmp    $0x10,%rcx
    170f:	jne    16f3 <HazardTable.settle(_:at:by:)+0x713>
    1711:	lea    0xd00(%rdx),%rax
    1718:	xor    %ecx,%ecx
    171a:	mov    0xd00(%rdx,%rcx,8),%rsi
    1722:	and    $0xfffffffffffffffc,%rsi
    1726:	cmp    %r8,%rsi
    1729:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    172b:	inc    %rcx
    172e:	cmp    $0x10,%rcx
    1732:	jne    171a <HazardTable.settle(_:at:by:)+0x73a>
    1734:	lea    0xe00(%rdx),%rax
    173b:	xor    %ecx,%ecx
    173d:	mov    0xe00(%rdx,%rcx,8),%rsi
    1745:	and    $0xfffffffffffffffc,%rsi
    1749:	cmp    %r8,%rsi
    174c:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    174e:	inc    %rcx
    1751:	cmp    $0x10,%rcx
    1755:	jne    173d <HazardTable.settle(_:at:by:)+0x75d>
    1757:	lea    0xf00(%rdx),%rax
    175e:	xor    %ecx,%ecx
    1760:	mov    0xf00(%rdx,%rcx,8),%rsi
    1768:	and    $0xfffffffffffffffc,%rsi
    176c:	cmp    %r8,%rsi
    176f:	je     178b <HazardTable.settle(_:at:by:)+0x7ab>
    1771:	inc    %rcx
    1774:	cmp    $0x10,%rcx
    1778:	jne    1760 <HazardTable.settle(_:at:by:)+0x780>
    177a:	mov    (%rdx),%rdx
    177d:	test   %rdx,%rdx
    1780:	jne    14d0 <HazardTable.settle(_:at:by:)+0x4f0>
    1786:	jmp    17eb <HazardTable.settle(_:at:by:)+0x80b>
    1788:	mov    %rdx,%rax
    178b:	lea    (%rax,%rcx,8),%r14
    178f:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    1794:	add    $0x8,%r14
    1798:	add    %rsi,%r14
    179b:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17a0:	add    $0x10,%r14
    17a4:	add    %rsi,%r14
    17a7:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17ac:	add    $0x18,%r14
    17b0:	add    %rsi,%r14
    17b3:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17b8:	add    $0x20,%r14
    17bc:	add    %rsi,%r14
    17bf:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17c4:	add    $0x28,%r14
    17c8:	add    %rsi,%r14
    17cb:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17d0:	add    $0x30,%r14
    17d4:	add    %rsi,%r14
    17d7:	jmp    1020 <HazardTable.settle(_:at:by:)+0x40>
    17dc:	add    $0x48,%rsp
    17e0:	pop    %rbx
    17e1:	pop    %r12
    17e3:	pop    %r13
    17e5:	pop    %r14
    17e7:	pop    %r15
    17e9:	pop    %rbp
    17ea:	ret
    17eb:	mov    0x30(%r12),%r13
    17f0:	cmpb   $0x0,-0x2c(%rbp)
    17f4:	je     1803 <HazardTable.settle(_:at:by:)+0x823>
    17f6:	mov    %r13,%rdi
    17f9:	call   17fe <HazardTable.settle(_:at:by:)+0x81e>
			17fa: R_X86_64_PLT32	swift_retain-0x4
    17fe:	jmp    187d <HazardTable.settle(_:at:by:)+0x89d>
    1803:	cmpq   $0x1,0x20(%r13)
    1808:	jne    183d <HazardTable.settle(_:at:by:)+0x85d>
    180a:	mov    0x38(%r13),%rbx
    180e:	mov    (%rbx),%r14
    1811:	mov    %r13,%rdi
    1814:	call   1819 <HazardTable.settle(_:at:by:)+0x839>
			1815: R_X86_64_PLT32	swift_retain-0x4
    1819:	mov    %r14,%rax
    181c:	nopl   0x0(%rax)
    1820:	cmp    %rax,%rbx
    1823:	je     1845 <HazardTable.settle(_:at:by:)+0x865>
    1825:	mov    %rax,0x38(%r12)
    182a:	lock cmpxchg %r12,(%rbx)
    182f:	setne  %cl
    1832:	test   %cl,%cl
    1834:	jne    1820 <HazardTable.settle(_:at:by:)+0x840>
    1836:	xor    %r12d,%r12d
    1839:	jmp    1845 <HazardTable.settle(_:at:by:)+0x865>
    183b:	ud2
    183d:	mov    %r13,%rdi
    1840:	call   1845 <HazardTable.settle(_:at:by:)+0x865>
			1841: R_X86_64_PLT32	swift_retain-0x4
    1845:	mov    0x60(%r13),%rax
    1849:	mov    0x10(%rax),%rdi
    184d:	mov    0x0(%rip),%rax        # 1854 <HazardTable.settle(_:at:by:)+0x874>
			1850: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
    1854:	mov    (%rax),%rax
    1857:	lea    0x0(%rip),%rcx        # 185e <HazardTable.settle(_:at:by:)+0x87e>
			185a: R_X86_64_PC32	__rseq_cs+0x19c
    185e:	mov    %rcx,%fs:0x8(%rax)
    1863:	mov    %fs:0x4(%rax),%ecx
    1867:	test   %ecx,%ecx
    1869:	js     1905 <HazardTable.settle(_:at:by:)+0x925>
    186f:	shl    $0x10,%rcx
    1873:	addq   $0x1,(%rdi,%rcx,1)
    1878:	test   %r12,%r12
    187b:	je     18ef <HazardTable.settle(_:at:by:)+0x90f>
    187d:	lea    0x0(%rip),%rdi        # 1884 <HazardTable.settle(_:at:by:)+0x8a4>
			1880: R_X86_64_PC32	demangling cache variable for type metadata for _ContiguousArrayStorage<Retiree>-0x4
    1884:	call   1889 <HazardTable.settle(_:at:by:)+0x8a9>
			1885: R_X86_64_PLT32	__swift_instantiateConcreteTypeFromMangledName-0x4
    1889:	mov    $0x40,%esi
    188e:	mov    $0x7,%edx
    1893:	mov    %rax,%rdi
    1896:	call   189b <HazardTable.settle(_:at:by:)+0x8bb>
			1897: R_X86_64_PLT32	swift_allocObject-0x4
    189b:	mov    %rax,%rbx
    189e:	movq   $0x1,0x10(%rax)
    18a6:	movq   $0x2,0x18(%rax)
    18ae:	mov    0x10(%r12),%rax
    18b3:	mov    0x18(%r12),%rdi
    18b8:	mov    0x20(%r12),%rsi
    18bd:	movzbl 0x28(%r12),%ecx
    18c3:	mov    %rax,0x20(%rbx)
    18c7:	mov    %rdi,0x28(%rbx)
    18cb:	mov    %rsi,0x30(%rbx)
    18cf:	mov    %cl,0x38(%rbx)
    18d2:	call   18d7 <HazardTable.settle(_:at:by:)+0x8f7>
			18d3: R_X86_64_PLT32	outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
    18d7:	mov    %rbx,%rdi
    18da:	call   18df <HazardTable.settle(_:at:by:)+0x8ff>
			18db: R_X86_64_PLT32	Retirement.reclaim(_:)-0x4
    18df:	mov    %r12,%rdi
    18e2:	call   18e7 <HazardTable.settle(_:at:by:)+0x907>
			18e3: R_X86_64_PLT32	swift_release-0x4
    18e7:	mov    %rbx,%rdi
    18ea:	call   18ef <HazardTable.settle(_:at:by:)+0x90f>
			18eb: R_X86_64_PLT32	swift_release-0x4
    18ef:	mov    %r13,%rdi
    18f2:	add    $0x48,%rsp
    18f6:	pop    %rbx
    18f7:	pop    %r12
    18f9:	pop    %r13
    18fb:	pop    %r14
    18fd:	pop    %r15
    18ff:	pop    %rbp
    1900:	jmp    1905 <HazardTable.settle(_:at:by:)+0x925>
			1901: R_X86_64_PLT32	swift_release-0x4
    1905:	mov    $0x1,%esi
    190a:	mov    0x0(%rip),%rax        # 1911 <HazardTable.settle(_:at:by:)+0x931>
			190d: R_X86_64_REX_GOTPCRELX	percpu_sequence_add_slow-0x4
    1911:	call   *(%rax)
    1913:	test   %r12,%r12
    1916:	jne    187d <HazardTable.settle(_:at:by:)+0x89d>
    191c:	jmp    18ef <HazardTable.settle(_:at:by:)+0x90f>
    191e:	xchg   %ax,%ax
