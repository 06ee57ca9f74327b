
.build/release/PerCPU.build/HazardTable.swift.o:     file format elf64-x86-64


Disassembly of section .text:

0000000000000000 <HazardTable.wait(for:)>:
       0:	push   %rbp
       1:	mov    %rsp,%rbp
       4:	push   %r15
       6:	push   %r14
       8:	push   %rbx
       9:	push   %rax
       a:	mov    %rdi,%rbx
       d:	lock orl $0x0,-0x40(%rsp)
      13:	call   18 <HazardTable.wait(for:)+0x18>
			14: R_X86_64_PLT32	percpu_membarrier_restart_all-0x4
      18:	lea    0x0(%rip),%r14        # 1f <HazardTable.wait(for:)+0x1f>
			1b: R_X86_64_PC32	one-time initialization token for rows-0x4
      1f:	lea    0x0(%rip),%r15        # 26 <HazardTable.wait(for:)+0x26>
			22: R_X86_64_PC32	one-time initialization function for rows-0x4
      26:	jmp    35 <HazardTable.wait(for:)+0x35>
      28:	nopl   0x0(%rax,%rax,1)
      30:	call   35 <HazardTable.wait(for:)+0x35>
			31: R_X86_64_PLT32	percpu_thread_yield-0x4
      35:	mov    %r14,%rdi
      38:	mov    %r15,%rsi
      3b:	call   40 <HazardTable.wait(for:)+0x40>
			3c: R_X86_64_PLT32	swift_once-0x4
      40:	mov    0x0(%rip),%rax        # 47 <HazardTable.wait(for:)+0x47>
			43: R_X86_64_PC32	static CPU.rows-0x4
      47:	mov    0x10(%rax),%rcx
      4b:	test   %rcx,%rcx
      4e:	je     180 <HazardTable.wait(for:)+0x180>
      54:	xor    %edx,%edx
      56:	cmp    0x10(%rax),%rdx
      5a:	jae    417 <HazardTable.wait(for:)+0x417>
      60:	mov    0x10(%r13),%rsi
      64:	mov    0x20(%rax,%rdx,8),%rdi
      69:	shl    $0x10,%rdi
      6d:	mov    (%rsi,%rdi,1),%rsi
      71:	and    $0xfffffffffffffffc,%rsi
      75:	cmp    %rbx,%rsi
      78:	je     30 <HazardTable.wait(for:)+0x30>
      7a:	cmp    0x10(%rax),%rdx
      7e:	jae    417 <HazardTable.wait(for:)+0x417>
      84:	mov    0x10(%r13),%rsi
      88:	mov    0x20(%rax,%rdx,8),%rdi
      8d:	shl    $0x10,%rdi
      91:	mov    0x8(%rsi,%rdi,1),%rsi
      96:	and    $0xfffffffffffffffc,%rsi
      9a:	cmp    %rbx,%rsi
      9d:	je     30 <HazardTable.wait(for:)+0x30>
      9f:	cmp    0x10(%rax),%rdx
      a3:	jae    417 <HazardTable.wait(for:)+0x417>
      a9:	mov    0x10(%r13),%rsi
      ad:	mov    0x20(%rax,%rdx,8),%rdi
      b2:	shl    $0x10,%rdi
      b6:	mov    0x10(%rsi,%rdi,1),%rsi
      bb:	and    $0xfffffffffffffffc,%rsi
      bf:	cmp    %rbx,%rsi
      c2:	je     30 <HazardTable.wait(for:)+0x30>
      c8:	cmp    0x10(%rax),%rdx
      cc:	jae    417 <HazardTable.wait(for:)+0x417>
      d2:	mov    0x10(%r13),%rsi
      d6:	mov    0x20(%rax,%rdx,8),%rdi
      db:	shl    $0x10,%rdi
      df:	mov    0x18(%rsi,%rdi,1),%rsi
      e4:	and    $0xfffffffffffffffc,%rsi
      e8:	cmp    %rbx,%rsi
      eb:	je     30 <HazardTable.wait(for:)+0x30>
      f1:	cmp    0x10(%rax),%rdx
      f5:	jae    417 <HazardTable.wait(for:)+0x417>
      fb:	mov    0x10(%r13),%rsi
      ff:	mov    0x20(%rax,%rdx,8),%rdi
     104:	shl    $0x10,%rdi
     108:	mov    0x20(%rsi,%rdi,1),%rsi
     10d:	and    $0xfffffffffffffffc,%rsi
     111:	cmp    %rbx,%rsi
     114:	je     30 <HazardTable.wait(for:)+0x30>
     11a:	cmp    0x10(%rax),%rdx
     11e:	jae    417 <HazardTable.wait(for:)+0x417>
     124:	mov    0x10(%r13),%rsi
     128:	mov    0x20(%rax,%rdx,8),%rdi
     12d:	shl    $0x10,%rdi
     131:	mov    0x28(%rsi,%rdi,1),%rsi
     136:	and    $0xfffffffffffffffc,%rsi
     13a:	cmp    %rbx,%rsi
     13d:	je     30 <HazardTable.wait(for:)+0x30>
     143:	cmp    0x10(%rax),%rdx
     147:	jae    417 <HazardTable.wait(for:)+0x417>
     14d:	mov    0x10(%r13),%rsi
     151:	mov    0x20(%rax,%rdx,8),%rdi
     156:	shl    $0x10,%rdi
     15a:	mov    0x30(%rsi,%rdi,1),%rsi
     15f:	and    $0xfffffffffffffffc,%rsi
     163:	cmp    %rbx,%rsi
     166:	je     30 <HazardTable.wait(for:)+0x30>
     16c:	inc    %rdx
     16f:	cmp    %rdx,%rcx
     172:	jne    56 <HazardTable.wait(for:)+0x56>
     178:	nopl   0x0(%rax,%rax,1)
     180:	mov    0x20(%r13),%rax
     184:	mov    (%rax),%rax
     187:	test   %rax,%rax
     18a:	je     40c <HazardTable.wait(for:)+0x40c>
     190:	mov    $0x1,%ecx
     195:	data16 cs nopw 0x0(%rax,%rax,1)
     1a0:	mov    (%rax,%rcx,8),%rdx
     1a4:	and    $0xfffffffffffffffc,%rdx
     1a8:	cmp    %rbx,%rdx
     1ab:	je     30 <HazardTable.wait(for:)+0x30>
     1b1:	inc    %rcx
     1b4:	cmp    $0x10,%rcx
     1b8:	jne    1a0 <HazardTable.wait(for:)+0x1a0>
     1ba:	mov    $0x20,%ecx
     1bf:	nop
     1c0:	mov    (%rax,%rcx,8),%rdx
     1c4:	and    $0xfffffffffffffffc,%rdx
     1c8:	cmp    %rbx,%rdx
     1cb:	je     30 <HazardTable.wait(for:)+0x30>
     1d1:	inc    %rcx
     1d4:	cmp    $0x30,%rcx
     1d8:	jne    1c0 <HazardTable.wait(for:)+0x1c0>
     1da:	mov    $0x40,%ecx
     1df:	nop
     1e0:	mov    (%rax,%rcx,8),%rdx
     1e4:	and    $0xfffffffffffffffc,%rdx
     1e8:	cmp    %rbx,%rdx
     1eb:	je     30 <HazardTable.wait(for:)+0x30>
     1f1:	inc    %rcx
     1f4:	cmp    $0x50,%rcx
     1f8:	jne    1e0 <HazardTable.wait(for:)+0x1e0>
     1fa:	mov    $0x60,%ecx
     1ff:	nop
     200:	mov    (%rax,%rcx,8),%rdx
     204:	and    $0xfffffffffffffffc,%rdx
     208:	cmp    %rbx,%rdx
     20b:	je     30 <HazardTable.wait(for:)+0x30>
     211:	inc    %rcx
     214:	cmp    $0x70,%rcx
     218:	jne    200 <HazardTable.wait(for:)+0x200>
     21a:	mov    $0x80,%ecx
     21f:	nop
     220:	mov    (%rax,%rcx,8),%rdx
     224:	and    $0xfffffffffffffffc,%rdx
     228:	cmp    %rbx,%rdx
     22b:	je     30 <HazardTable.wait(for:)+0x30>
     231:	inc    %rcx
     234:	cmp    $0x90,%rcx
     23b:	jne    220 <HazardTable.wait(for:)+0x220>
     23d:	mov    $0xa0,%ecx
     242:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     250:	mov    (%rax,%rcx,8),%rdx
     254:	and    $0xfffffffffffffffc,%rdx
     258:	cmp    %rbx,%rdx
     25b:	je     30 <HazardTable.wait(for:)+0x30>
     261:	inc    %rcx
     264:	cmp    $0xb0,%rcx
     26b:	jne    250 <HazardTable.wait(for:)+0x250>
     26d:	mov    $0xc0,%ecx
     272:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     280:	mov    (%rax,%rcx,8),%rdx
     284:	and    $0xfffffffffffffffc,%rdx
     288:	cmp    %rbx,%rdx
     28b:	je     30 <HazardTable.wait(for:)+0x30>
     291:	inc    %rcx
     294:	cmp    $0xd0,%rcx
     29b:	jne    280 <HazardTable.wait(for:)+0x280>
     29d:	mov    $0xe0,%ecx
     2a2:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     2b0:	mov    (%rax,%rcx,8),%rdx
     2b4:	and    $0xfffffffffffffffc,%rdx
     2b8:	cmp    %rbx,%rdx
     2bb:	je     30 <HazardTable.wait(for:)+0x30>
     2c1:	inc    %rcx
     2c4:	cmp    $0xf0,%rcx
     2cb:	jne    2b0 <HazardTable.wait(for:)+0x2b0>
     2cd:	mov    $0x100,%ecx
     2d2:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     2e0:	mov    (%rax,%rcx,8),%rdx
     2e4:	and    $0xfffffffffffffffc,%rdx
     2e8:	cmp    %rbx,%rdx
     2eb:	je     30 <HazardTable.wait(for:)+0x30>
     2f1:	inc    %rcx
     2f4:	cmp    $0x110,%rcx
     2fb:	jne    2e0 <HazardTable.wait(for:)+0x2e0>
     2fd:	mov    $0x120,%ecx
     302:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     310:	mov    (%rax,%rcx,8),%rdx
     314:	and    $0xfffffffffffffffc,%rdx
     318:	cmp    %rbx,%rdx
     31b:	je     30 <HazardTable.wait(for:)+0x30>
     321:	inc    %rcx
     324:	cmp    $0x130,%rcx
     32b:	jne    310 <HazardTable.wait(for:)+0x310>
     32d:	mov    $0x140,%ecx
     332:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
     340:	mov    (%rax,%rcx,8),%rdx
     344:	and    $0xfffffffffffffffc,%rdx
     348:	cmp    %rbx,%rdx
     34b:	je     30 <HazardTable.wait(for:)+0x30>
     351:	inc    %rcx
     354:	cmp    $0x150,%rcx
     35b:	jne    340 <HazardTable.wait(for:)+0x340>
     35d:	mov    $0x160,%ecx
     362:	mov    (%rax,%rcx,8),%rdx
     366:	and    $0xfffffffffffffffc,%rdx
     36a:	cmp    %rbx,%rdx
     36d:	je     30 <HazardTable.wait(for:)+0x30>
     373:	inc    %rcx
     376:	cmp    $0x170,%rcx
     37d:	jne    362 <HazardTable.wait(for:)+0x362>
     37f:	mov    $0x180,%ecx
     384:	mov    (%rax,%rcx,8),%rdx
     388:	and    $0xfffffffffffffffc,%rdx
     38c:	cmp    %rbx,%rdx
     38f:	je     30 <HazardTable.wait(for:)+0x30>
     395:	inc    %rcx
     398:	cmp    $0x190,%rcx
     39f:	jne    384 <HazardTable.wait(for:)+0x384>
     3a1:	mov    $0x1a0,%ecx
     3a6:	mov    (%rax,%rcx,8),%rdx
     3aa:	and    $0xfffffffffffffffc,%rdx
     3ae:	cmp    %rbx,%rdx
     3b1:	je     30 <HazardTable.wait(for:)+0x30>
     3b7:	inc    %rcx
     3ba:	cmp    $0x1b0,%rcx
     3c1:	jne    3a6 <HazardTable.wait(for:)+0x3a6>
     3c3:	mov    $0x1c0,%ecx
     3c8:	mov    (%rax,%rcx,8),%rdx
     3cc:	and    $0xfffffffffffffffc,%rdx
     3d0:	cmp    %rbx,%rdx
     3d3:	je     30 <HazardTable.wait(for:)+0x30>
     3d9:	inc    %rcx
     3dc:	cmp    $0x1d0,%rcx
     3e3:	jne    3c8 <HazardTable.wait(for:)+0x3c8>
     3e5:	mov    $0x1e0,%ecx
     3ea:	mov    (%rax,%rcx,8),%rdx
     3ee:	and    $0xfffffffffffffffc,%rdx
     3f2:	cmp    %rbx,%rdx
     3f5:	je     30 <HazardTable.wait(for:)+0x30>
     3fb:	inc    %rcx
     3fe:	cmp    $0x1f0,%rcx
     405:	jne    3ea <HazardTable.wait(for:)+0x3ea>
     407:	jmp    184 <HazardTable.wait(for:)+0x184>
     40c:	add    $0x8,%rsp
     410:	pop    %rbx
     411:	pop    %r14
     413:	pop    %r15
     415:	pop    %rbp
     416:	ret
     417:	ud2
     419:	nopl   0x0(%rax)

0000000000000420 <one-time initialization function for shared>:
     420:	push   %rbp
     421:	mov    %rsp,%rbp
     424:	push   %r13
     426:	push   %rbx
     427:	lea    0x0(%rip),%rdi        # 42e <one-time initialization function for shared+0xe>
			42a: R_X86_64_PC32	full type metadata for HazardTable+0x14
     42e:	mov    $0x28,%esi
     433:	mov    $0x7,%edx
     438:	call   43d <one-time initialization function for shared+0x1d>
			439: R_X86_64_PLT32	swift_allocObject-0x4
     43d:	mov    %rax,%rbx
     440:	movq   $0x7,0x18(%rax)
     448:	lea    0x0(%rip),%rdi        # 44f <one-time initialization function for shared+0x2f>
			44b: R_X86_64_PC32	one-time initialization token for shared-0x4
     44f:	lea    0x0(%rip),%rsi        # 456 <one-time initialization function for shared+0x36>
			452: R_X86_64_PC32	one-time initialization function for shared-0x4
     456:	call   45b <one-time initialization function for shared+0x3b>
			457: R_X86_64_PLT32	swift_once-0x4
     45b:	mov    0x0(%rip),%r13        # 462 <one-time initialization function for shared+0x42>
			45e: R_X86_64_PC32	static PerCPUArena.shared-0x4
     462:	mov    $0x100,%edi
     467:	call   46c <one-time initialization function for shared+0x4c>
			468: R_X86_64_PLT32	PerCPUArena.allocate(byteCount:)-0x4
     46c:	mov    %rax,0x10(%rbx)
     470:	mov    $0x80,%edi
     475:	mov    $0x7f,%esi
     47a:	call   47f <one-time initialization function for shared+0x5f>
			47b: R_X86_64_PLT32	swift_slowAlloc-0x4
     47f:	xorps  %xmm0,%xmm0
     482:	movups %xmm0,(%rax)
     485:	movups %xmm0,0x10(%rax)
     489:	movups %xmm0,0x20(%rax)
     48d:	movups %xmm0,0x30(%rax)
     491:	movups %xmm0,0x40(%rax)
     495:	movups %xmm0,0x50(%rax)
     499:	movups %xmm0,0x60(%rax)
     49d:	movups %xmm0,0x70(%rax)
     4a1:	mov    %rax,0x20(%rbx)
     4a5:	lea    0x0(%rip),%rdi        # 4ac <one-time initialization function for shared+0x8c>
			4a8: R_X86_64_PC32	one-time initialization token for rows-0x4
     4ac:	lea    0x0(%rip),%rsi        # 4b3 <one-time initialization function for shared+0x93>
			4af: R_X86_64_PC32	one-time initialization function for rows-0x4
     4b3:	call   4b8 <one-time initialization function for shared+0x98>
			4b4: R_X86_64_PLT32	swift_once-0x4
     4b8:	mov    %rbx,0x0(%rip)        # 4bf <one-time initialization function for shared+0x9f>
			4bb: R_X86_64_PC32	static HazardTable.shared-0x4
     4bf:	pop    %rbx
     4c0:	pop    %r13
     4c2:	pop    %rbp
     4c3:	ret
     4c4:	data16 data16 cs nopw 0x0(%rax,%rax,1)

00000000000004d0 <HazardTable.protect(_:)>:
     4d0:	push   %rbp
     4d1:	mov    %rsp,%rbp
     4d4:	push   %rbx
     4d5:	sub    $0x18,%rsp
     4d9:	mov    0x0(%rip),%rax        # 4e0 <HazardTable.protect(_:)+0x10>
			4dc: R_X86_64_REX_GOTPCRELX	percpu_sequence_publish_slow-0x4
     4e0:	mov    (%rax),%rcx
     4e3:	mov    0x10(%r13),%rsi
     4e7:	mov    0x0(%rip),%r8        # 4ee <HazardTable.protect(_:)+0x1e>
			4ea: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
     4ee:	mov    (%r8),%r9
     4f1:	lea    0x0(%rip),%r10        # 4f8 <HazardTable.protect(_:)+0x28>
			4f4: R_X86_64_PC32	__rseq_cs-0x4
     4f8:	mov    %r10,%fs:0x8(%r9)
     4fd:	mov    %fs:0x4(%r9),%eax
     502:	test   %eax,%eax
     504:	js     565 <HazardTable.protect(_:)+0x95>
     506:	mov    %rax,%r10
     509:	shl    $0x10,%r10
     50d:	mov    (%rdi),%rdx
     510:	cmpq   $0x0,(%rsi,%r10,1)
     515:	jne    560 <HazardTable.protect(_:)+0x90>
     517:	mov    %rdx,(%rsi,%r10,1)
     51b:	shl    $0x10,%rax
     51f:	add    %rsi,%rax
     522:	test   %rdx,%rdx
     525:	jne    559 <HazardTable.protect(_:)+0x89>
     527:	mov    0x0(%rip),%rcx        # 52e <HazardTable.protect(_:)+0x5e>
			52a: R_X86_64_REX_GOTPCRELX	percpu_engine-0x4
     52e:	cmpb   $0x0,0xe(%rcx)
     532:	jne    53a <HazardTable.protect(_:)+0x6a>
     534:	lock orl $0x0,-0x40(%rsp)
     53a:	mov    0x80(%rax),%rcx
     541:	test   %rcx,%rcx
     544:	je     557 <HazardTable.protect(_:)+0x87>
     546:	mov    %r13,%rdi
     549:	mov    %rax,%rsi
     54c:	mov    %rax,%rbx
     54f:	call   554 <HazardTable.protect(_:)+0x84>
			550: R_X86_64_PLT32	HazardSlot.pickUp(_:)-0x4
     554:	mov    %rbx,%rax
     557:	xor    %edx,%edx
     559:	add    $0x18,%rsp
     55d:	pop    %rbx
     55e:	pop    %rbp
     55f:	ret
     560:	mov    %rdi,%rax
     563:	jmp    584 <HazardTable.protect(_:)+0xb4>
     565:	lea    -0x20(%rbp),%rax
     569:	mov    %rdi,%rdx
     56c:	mov    %rax,%rdi
     56f:	mov    %rdx,%rax
     572:	call   *%rcx
     574:	cmpb   $0x0,-0x10(%rbp)
     578:	je     584 <HazardTable.protect(_:)+0xb4>
     57a:	mov    -0x20(%rbp),%rax
     57e:	mov    -0x18(%rbp),%rdx
     582:	jmp    51b <HazardTable.protect(_:)+0x4b>
     584:	mov    0x10(%r13),%rsi
     588:	add    $0x8,%rsi
     58c:	mov    (%r8),%r9
     58f:	lea    0x0(%rip),%r10        # 596 <HazardTable.protect(_:)+0xc6>
			592: R_X86_64_PC32	__rseq_cs+0x1c
     596:	mov    %r10,%fs:0x8(%r9)
     59b:	mov    %fs:0x4(%r9),%edi
     5a0:	test   %edi,%edi
     5a2:	js     5c1 <HazardTable.protect(_:)+0xf1>
     5a4:	mov    %rdi,%r10
     5a7:	shl    $0x10,%r10
     5ab:	mov    (%rax),%rdx
     5ae:	cmpq   $0x0,(%rsi,%r10,1)
     5b3:	jne    5d2 <HazardTable.protect(_:)+0x102>
     5b5:	mov    %rdx,(%rsi,%r10,1)
     5b9:	mov    %rdi,%rax
     5bc:	jmp    51b <HazardTable.protect(_:)+0x4b>
     5c1:	lea    -0x20(%rbp),%rdi
     5c5:	mov    %rax,%rdx
     5c8:	call   *%rcx
     5ca:	cmpb   $0x0,-0x10(%rbp)
     5ce:	jne    57a <HazardTable.protect(_:)+0xaa>
     5d0:	jmp    5d2 <HazardTable.protect(_:)+0x102>
     5d2:	mov    0x10(%r13),%rsi
     5d6:	add    $0x10,%rsi
     5da:	mov    (%r8),%r9
     5dd:	lea    0x0(%rip),%r10        # 5e4 <HazardTable.protect(_:)+0x114>
			5e0: R_X86_64_PC32	__rseq_cs+0x3c
     5e4:	mov    %r10,%fs:0x8(%r9)
     5e9:	mov    %fs:0x4(%r9),%edi
     5ee:	test   %edi,%edi
     5f0:	js     609 <HazardTable.protect(_:)+0x139>
     5f2:	mov    %rdi,%r10
     5f5:	shl    $0x10,%r10
     5f9:	mov    (%rax),%rdx
     5fc:	cmpq   $0x0,(%rsi,%r10,1)
     601:	jne    61e <HazardTable.protect(_:)+0x14e>
     603:	mov    %rdx,(%rsi,%r10,1)
     607:	jmp    5b9 <HazardTable.protect(_:)+0xe9>
     609:	lea    -0x20(%rbp),%rdi
     60d:	mov    %rax,%rdx
     610:	call   *%rcx
     612:	cmpb   $0x0,-0x10(%rbp)
     616:	jne    57a <HazardTable.protect(_:)+0xaa>
     61c:	jmp    61e <HazardTable.protect(_:)+0x14e>
     61e:	mov    0x10(%r13),%rsi
     622:	add    $0x18,%rsi
     626:	mov    (%r8),%r9
     629:	lea    0x0(%rip),%r10        # 630 <HazardTable.protect(_:)+0x160>
			62c: R_X86_64_PC32	__rseq_cs+0x5c
     630:	mov    %r10,%fs:0x8(%r9)
     635:	mov    %fs:0x4(%r9),%edi
     63a:	test   %edi,%edi
     63c:	js     658 <HazardTable.protect(_:)+0x188>
     63e:	mov    %rdi,%r10
     641:	shl    $0x10,%r10
     645:	mov    (%rax),%rdx
     648:	cmpq   $0x0,(%rsi,%r10,1)
     64d:	jne    66d <HazardTable.protect(_:)+0x19d>
     64f:	mov    %rdx,(%rsi,%r10,1)
     653:	jmp    5b9 <HazardTable.protect(_:)+0xe9>
     658:	lea    -0x20(%rbp),%rdi
     65c:	mov    %rax,%rdx
     65f:	call   *%rcx
     661:	cmpb   $0x0,-0x10(%rbp)
     665:	jne    57a <HazardTable.protect(_:)+0xaa>
     66b:	jmp    66d <HazardTable.protect(_:)+0x19d>
     66d:	mov    0x10(%r13),%rsi
     671:	add    $0x20,%rsi
     675:	mov    (%r8),%r9
     678:	lea    0x0(%rip),%r10        # 67f <HazardTable.protect(_:)+0x1af>
			67b: R_X86_64_PC32	__rseq_cs+0x7c
     67f:	mov    %r10,%fs:0x8(%r9)
     684:	mov    %fs:0x4(%r9),%edi
     689:	test   %edi,%edi
     68b:	js     6a7 <HazardTable.protect(_:)+0x1d7>
     68d:	mov    %rdi,%r10
     690:	shl    $0x10,%r10
     694:	mov    (%rax),%rdx
     697:	cmpq   $0x0,(%rsi,%r10,1)
     69c:	jne    6bc <HazardTable.protect(_:)+0x1ec>
     69e:	mov    %rdx,(%rsi,%r10,1)
     6a2:	jmp    5b9 <HazardTable.protect(_:)+0xe9>
     6a7:	lea    -0x20(%rbp),%rdi
     6ab:	mov    %rax,%rdx
     6ae:	call   *%rcx
     6b0:	cmpb   $0x0,-0x10(%rbp)
     6b4:	jne    57a <HazardTable.protect(_:)+0xaa>
     6ba:	jmp    6bc <HazardTable.protect(_:)+0x1ec>
     6bc:	mov    0x10(%r13),%rsi
     6c0:	add    $0x28,%rsi
     6c4:	mov    (%r8),%r9
     6c7:	lea    0x0(%rip),%r10        # 6ce <HazardTable.protect(_:)+0x1fe>
			6ca: R_X86_64_PC32	__rseq_cs+0x9c
     6ce:	mov    %r10,%fs:0x8(%r9)
     6d3:	mov    %fs:0x4(%r9),%edi
     6d8:	test   %edi,%edi
     6da:	js     6f6 <HazardTable.protect(_:)+0x226>
     6dc:	mov    %rdi,%r10
     6df:	shl    $0x10,%r10
     6e3:	mov    (%rax),%rdx
     6e6:	cmpq   $0x0,(%rsi,%r10,1)
     6eb:	jne    70b <HazardTable.protect(_:)+0x23b>
     6ed:	mov    %rdx,(%rsi,%r10,1)
     6f1:	jmp    5b9 <HazardTable.protect(_:)+0xe9>
     6f6:	lea    -0x20(%rbp),%rdi
     6fa:	mov    %rax,%rdx
     6fd:	call   *%rcx
     6ff:	cmpb   $0x0,-0x10(%rbp)
     703:	jne    57a <HazardTable.protect(_:)+0xaa>
     709:	jmp    70b <HazardTable.protect(_:)+0x23b>
     70b:	mov    0x10(%r13),%rsi
     70f:	add    $0x30,%rsi
     713:	mov    (%r8),%r8
     716:	lea    0x0(%rip),%r9        # 71d <HazardTable.protect(_:)+0x24d>
			719: R_X86_64_PC32	__rseq_cs+0xbc
     71d:	mov    %r9,%fs:0x8(%r8)
     722:	mov    %fs:0x4(%r8),%edi
     727:	test   %edi,%edi
     729:	js     745 <HazardTable.protect(_:)+0x275>
     72b:	mov    %rdi,%r9
     72e:	shl    $0x10,%r9
     732:	mov    (%rax),%rdx
     735:	cmpq   $0x0,(%rsi,%r9,1)
     73a:	jne    75a <HazardTable.protect(_:)+0x28a>
     73c:	mov    %rdx,(%rsi,%r9,1)
     740:	jmp    5b9 <HazardTable.protect(_:)+0xe9>
     745:	lea    -0x20(%rbp),%rdi
     749:	mov    %rax,%rdx
     74c:	call   *%rcx
     74e:	cmpb   $0x0,-0x10(%rbp)
     752:	jne    57a <HazardTable.protect(_:)+0xaa>
     758:	jmp    75a <HazardTable.protect(_:)+0x28a>
     75a:	mov    %rax,%rdi
     75d:	call   762 <HazardTable.protect(_:)+0x292>
			75e: R_X86_64_PLT32	HazardTable.protectInOverflow(_:)-0x4
     762:	jmp    559 <HazardTable.protect(_:)+0x89>
     767:	nopw   0x0(%rax,%rax,1)

0000000000000770 <HazardTable.protectInOverflow(_:)>:
     770:	push   %rbp
     771:	mov    %rsp,%rbp
     774:	push   %r14
     776:	push   %rbx
     777:	mov    %rdi,%r14
     77a:	mov    (%rdi),%rbx
     77d:	mov    0x20(%r13),%rsi
     781:	mov    %rbx,%rdi
     784:	call   789 <HazardTable.protectInOverflow(_:)+0x19>
			785: R_X86_64_PLT32	HazardOverflow.claim(_:)-0x4
     789:	test   %rbx,%rbx
     78c:	je     7bf <HazardTable.protectInOverflow(_:)+0x4f>
     78e:	mov    0x0(%rip),%rcx        # 795 <HazardTable.protectInOverflow(_:)+0x25>
			791: R_X86_64_REX_GOTPCRELX	percpu_engine-0x4
     795:	data16 cs nopw 0x0(%rax,%rax,1)
     7a0:	cmpb   $0x0,0xe(%rcx)
     7a4:	jne    7ac <HazardTable.protectInOverflow(_:)+0x3c>
     7a6:	lock orl $0x0,-0x40(%rsp)
     7ac:	mov    (%r14),%rdx
     7af:	cmp    %rbx,%rdx
     7b2:	je     7f1 <HazardTable.protectInOverflow(_:)+0x81>
     7b4:	mov    %rdx,(%rax)
     7b7:	mov    %rdx,%rbx
     7ba:	test   %rdx,%rdx
     7bd:	jne    7a0 <HazardTable.protectInOverflow(_:)+0x30>
     7bf:	mov    0x0(%rip),%rcx        # 7c6 <HazardTable.protectInOverflow(_:)+0x56>
			7c2: R_X86_64_REX_GOTPCRELX	percpu_engine-0x4
     7c6:	cmpb   $0x0,0xe(%rcx)
     7ca:	jne    7d2 <HazardTable.protectInOverflow(_:)+0x62>
     7cc:	lock orl $0x0,-0x40(%rsp)
     7d2:	mov    0x80(%rax),%rcx
     7d9:	test   %rcx,%rcx
     7dc:	je     7ef <HazardTable.protectInOverflow(_:)+0x7f>
     7de:	mov    %r13,%rdi
     7e1:	mov    %rax,%rsi
     7e4:	mov    %rax,%rbx
     7e7:	call   7ec <HazardTable.protectInOverflow(_:)+0x7c>
			7e8: R_X86_64_PLT32	HazardSlot.pickUp(_:)-0x4
     7ec:	mov    %rbx,%rax
     7ef:	xor    %ebx,%ebx
     7f1:	mov    %rbx,%rdx
     7f4:	pop    %rbx
     7f5:	pop    %r14
     7f7:	pop    %rbp
     7f8:	ret
     7f9:	nopl   0x0(%rax)

0000000000000800 <HazardTable.protectedAddresses()>:
     800:	push   %rbp
     801:	mov    %rsp,%rbp
     804:	push   %r15
     806:	push   %r14
     808:	push   %r13
     80a:	push   %r12
     80c:	push   %rbx
     80d:	sub    $0x68,%rsp
     811:	mov    %r13,-0x30(%rbp)
     815:	movq   $0x0,-0x48(%rbp)
     81d:	lea    0x0(%rip),%rdi        # 824 <HazardTable.protectedAddresses()+0x24>
			820: R_X86_64_PC32	one-time initialization token for rows-0x4
     824:	lea    0x0(%rip),%rsi        # 82b <HazardTable.protectedAddresses()+0x2b>
			827: R_X86_64_PC32	one-time initialization function for rows-0x4
     82b:	call   830 <HazardTable.protectedAddresses()+0x30>
			82c: R_X86_64_PLT32	swift_once-0x4
     830:	mov    0x0(%rip),%rcx        # 837 <HazardTable.protectedAddresses()+0x37>
			833: R_X86_64_PC32	static CPU.rows-0x4
     837:	mov    0x10(%rcx),%rax
     83b:	mov    %rax,-0x50(%rbp)
     83f:	mov    0x0(%rip),%r8        # 846 <HazardTable.protectedAddresses()+0x46>
			842: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
     846:	test   %rax,%rax
     849:	je     93f <HazardTable.protectedAddresses()+0x13f>
     84f:	xor    %ebx,%ebx
     851:	mov    %rcx,-0x58(%rbp)
     855:	jmp    86d <HazardTable.protectedAddresses()+0x6d>
     857:	nopw   0x0(%rax,%rax,1)
     860:	inc    %rbx
     863:	cmp    -0x50(%rbp),%rbx
     867:	je     93f <HazardTable.protectedAddresses()+0x13f>
     86d:	xor    %r15d,%r15d
     870:	mov    %rbx,-0x38(%rbp)
     874:	jmp    8d7 <HazardTable.protectedAddresses()+0xd7>
     876:	cs nopw 0x0(%rax,%rax,1)
     880:	mov    0x10(%rbx),%rsi
     884:	inc    %rsi
     887:	xor    %edi,%edi
     889:	mov    $0x1,%edx
     88e:	mov    %rbx,%rcx
     891:	call   896 <HazardTable.protectedAddresses()+0x96>
			892: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     896:	mov    %rax,%r8
     899:	mov    0x10(%r8),%r14
     89d:	mov    0x18(%r8),%rax
     8a1:	mov    %rax,%rcx
     8a4:	shr    %rcx
     8a7:	lea    0x1(%r14),%rdx
     8ab:	cmp    %r14,%rcx
     8ae:	mov    -0x38(%rbp),%rbx
     8b2:	jbe    914 <HazardTable.protectedAddresses()+0x114>
     8b4:	add    %r15,%r13
     8b7:	mov    %rdx,0x10(%r8)
     8bb:	shl    $0x4,%r14
     8bf:	mov    %r12,0x20(%r8,%r14,1)
     8c4:	mov    %r13,0x28(%r8,%r14,1)
     8c9:	mov    -0x58(%rbp),%rcx
     8cd:	add    $0x8,%r15
     8d1:	cmp    $0x38,%r15
     8d5:	je     860 <HazardTable.protectedAddresses()+0x60>
     8d7:	cmp    0x10(%rcx),%rbx
     8db:	jae    b04 <HazardTable.protectedAddresses()+0x304>
     8e1:	mov    0x20(%rcx,%rbx,8),%r13
     8e6:	shl    $0x10,%r13
     8ea:	mov    -0x30(%rbp),%rax
     8ee:	add    0x10(%rax),%r13
     8f2:	mov    (%r15,%r13,1),%r12
     8f6:	and    $0xfffffffffffffffc,%r12
     8fa:	je     8cd <HazardTable.protectedAddresses()+0xcd>
     8fc:	mov    %r8,%rdi
     8ff:	mov    %r8,%rbx
     902:	call   907 <HazardTable.protectedAddresses()+0x107>
			903: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
     907:	test   %al,%al
     909:	je     880 <HazardTable.protectedAddresses()+0x80>
     90f:	mov    %rbx,%r8
     912:	jmp    899 <HazardTable.protectedAddresses()+0x99>
     914:	xor    %edi,%edi
     916:	cmp    $0x2,%rax
     91a:	setae  %dil
     91e:	mov    %rdx,-0x40(%rbp)
     922:	mov    -0x40(%rbp),%rsi
     926:	mov    $0x1,%edx
     92b:	mov    %r8,%rcx
     92e:	call   933 <HazardTable.protectedAddresses()+0x133>
			92f: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     933:	mov    -0x40(%rbp),%rdx
     937:	mov    %rax,%r8
     93a:	jmp    8b4 <HazardTable.protectedAddresses()+0xb4>
     93f:	mov    -0x30(%rbp),%rax
     943:	mov    0x20(%rax),%rax
     947:	mov    (%rax),%r12
     94a:	jmp    958 <HazardTable.protectedAddresses()+0x158>
     94c:	nopl   0x0(%rax)
     950:	mov    -0x38(%rbp),%r12
     954:	mov    (%r12),%r12
     958:	test   %r12,%r12
     95b:	je     a34 <HazardTable.protectedAddresses()+0x234>
     961:	mov    $0x1,%r15d
     967:	mov    %r12,-0x38(%rbp)
     96b:	xor    %eax,%eax
     96d:	jmp    990 <HazardTable.protectedAddresses()+0x190>
     96f:	nop
     970:	add    $0x100,%r12
     977:	mov    $0x0,%r15d
     97d:	mov    -0x30(%rbp),%rax
     981:	cmp    $0xf00,%rax
     987:	lea    0x100(%rax),%rax
     98e:	jae    950 <HazardTable.protectedAddresses()+0x150>
     990:	mov    %rax,-0x30(%rbp)
     994:	shl    $0x3,%r15
     998:	jmp    9f7 <HazardTable.protectedAddresses()+0x1f7>
     99a:	nopw   0x0(%rax,%rax,1)
     9a0:	mov    0x10(%rbx),%rsi
     9a4:	inc    %rsi
     9a7:	xor    %edi,%edi
     9a9:	mov    $0x1,%edx
     9ae:	mov    %rbx,%rcx
     9b1:	call   9b6 <HazardTable.protectedAddresses()+0x1b6>
			9b2: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     9b6:	mov    %rax,%r8
     9b9:	mov    0x10(%r8),%rbx
     9bd:	mov    0x18(%r8),%rax
     9c1:	mov    %rax,%rcx
     9c4:	shr    %rcx
     9c7:	lea    0x1(%rbx),%r14
     9cb:	cmp    %rbx,%rcx
     9ce:	jbe    a15 <HazardTable.protectedAddresses()+0x215>
     9d0:	lea    (%r12,%r15,1),%rax
     9d4:	mov    %r14,0x10(%r8)
     9d8:	shl    $0x4,%rbx
     9dc:	mov    %r13,0x20(%r8,%rbx,1)
     9e1:	mov    %rax,0x28(%r8,%rbx,1)
     9e6:	add    $0x8,%r15
     9ea:	cmp    $0x80,%r15
     9f1:	je     970 <HazardTable.protectedAddresses()+0x170>
     9f7:	mov    (%r12,%r15,1),%r13
     9fb:	and    $0xfffffffffffffffc,%r13
     9ff:	je     9e6 <HazardTable.protectedAddresses()+0x1e6>
     a01:	mov    %r8,%rdi
     a04:	mov    %r8,%rbx
     a07:	call   a0c <HazardTable.protectedAddresses()+0x20c>
			a08: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
     a0c:	test   %al,%al
     a0e:	je     9a0 <HazardTable.protectedAddresses()+0x1a0>
     a10:	mov    %rbx,%r8
     a13:	jmp    9b9 <HazardTable.protectedAddresses()+0x1b9>
     a15:	xor    %edi,%edi
     a17:	cmp    $0x2,%rax
     a1b:	setae  %dil
     a1f:	mov    %r14,%rsi
     a22:	mov    $0x1,%edx
     a27:	mov    %r8,%rcx
     a2a:	call   a2f <HazardTable.protectedAddresses()+0x22f>
			a2b: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     a2f:	mov    %rax,%r8
     a32:	jmp    9d0 <HazardTable.protectedAddresses()+0x1d0>
     a34:	mov    %r8,%rdi
     a37:	mov    %r8,%rbx
     a3a:	call   a3f <HazardTable.protectedAddresses()+0x23f>
			a3b: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
     a3f:	test   %al,%al
     a41:	jne    a4e <HazardTable.protectedAddresses()+0x24e>
     a43:	mov    %rbx,%rdi
     a46:	call   a4b <HazardTable.protectedAddresses()+0x24b>
			a47: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew()-0x4
     a4b:	mov    %rax,%rbx
     a4e:	mov    0x10(%rbx),%r14
     a52:	mov    %rbx,%r13
     a55:	lea    0x20(%rbx),%r15
     a59:	mov    %r15,-0x78(%rbp)
     a5d:	mov    %r14,-0x70(%rbp)
     a61:	mov    %r14,%rdi
     a64:	call   a69 <HazardTable.protectedAddresses()+0x269>
			a65: R_X86_64_PLT32	_minimumMergeRunLength(_:)-0x4
     a69:	cmp    %r14,%rax
     a6c:	jge    a8a <HazardTable.protectedAddresses()+0x28a>
     a6e:	mov    %r14,%r15
     a71:	shr    %r15
     a74:	cmp    $0x2,%r14
     a78:	jae    b06 <HazardTable.protectedAddresses()+0x306>
     a7e:	mov    0x0(%rip),%r14        # a85 <HazardTable.protectedAddresses()+0x285>
			a81: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
     a85:	jmp    b2a <HazardTable.protectedAddresses()+0x32a>
     a8a:	cmp    $0x2,%r14
     a8e:	jb     b5e <HazardTable.protectedAddresses()+0x35e>
     a94:	mov    $0x1,%eax
     a99:	mov    $0xffffffffffffffff,%rcx
     aa0:	mov    %r15,%rdx
     aa3:	jmp    ac3 <HazardTable.protectedAddresses()+0x2c3>
     aa5:	data16 cs nopw 0x0(%rax,%rax,1)
     ab0:	inc    %rax
     ab3:	add    $0x10,%rdx
     ab7:	dec    %rcx
     aba:	cmp    %r14,%rax
     abd:	je     b5e <HazardTable.protectedAddresses()+0x35e>
     ac3:	mov    %rax,%rsi
     ac6:	shl    $0x4,%rsi
     aca:	mov    (%r15,%rsi,1),%rsi
     ace:	mov    %rcx,%rdi
     ad1:	mov    %rdx,%r8
     ad4:	data16 data16 cs nopw 0x0(%rax,%rax,1)
     ae0:	cmp    (%r8),%rsi
     ae3:	jge    ab0 <HazardTable.protectedAddresses()+0x2b0>
     ae5:	mov    0x18(%r8),%r9
     ae9:	movups (%r8),%xmm0
     aed:	movups %xmm0,0x10(%r8)
     af2:	mov    %rsi,(%r8)
     af5:	mov    %r9,0x8(%r8)
     af9:	add    $0xfffffffffffffff0,%r8
     afd:	inc    %rdi
     b00:	jne    ae0 <HazardTable.protectedAddresses()+0x2e0>
     b02:	jmp    ab0 <HazardTable.protectedAddresses()+0x2b0>
     b04:	ud2
     b06:	lea    0x0(%rip),%rdi        # b0d <HazardTable.protectedAddresses()+0x30d>
			b09: R_X86_64_PC32	demangling cache variable for type metadata for (address: Int, slot: HazardSlot)-0x4
     b0d:	mov    %rax,%rbx
     b10:	call   b15 <HazardTable.protectedAddresses()+0x315>
			b11: R_X86_64_PLT32	__swift_instantiateConcreteTypeFromMangledName-0x4
     b15:	mov    %r15,%rdi
     b18:	mov    %rax,%rsi
     b1b:	call   b20 <HazardTable.protectedAddresses()+0x320>
			b1c: R_X86_64_PLT32	static ContiguousArray._allocateBufferUninitialized(minimumCapacity:)-0x4
     b20:	mov    %rax,%r14
     b23:	mov    %rbx,%rax
     b26:	mov    %r15,0x10(%r14)
     b2a:	lea    0x20(%r14),%rcx
     b2e:	mov    %rcx,-0x68(%rbp)
     b32:	mov    %r15,-0x60(%rbp)
     b36:	lea    -0x68(%rbp),%rdi
     b3a:	lea    -0x80(%rbp),%rsi
     b3e:	lea    -0x78(%rbp),%rdx
     b42:	mov    %rax,%rcx
     b45:	mov    -0x48(%rbp),%r12
     b49:	call   b4e <HazardTable.protectedAddresses()+0x34e>
			b4a: R_X86_64_PLT32	specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)-0x4
     b4e:	movq   $0x0,0x10(%r14)
     b56:	mov    %r14,%rdi
     b59:	call   b5e <HazardTable.protectedAddresses()+0x35e>
			b5a: R_X86_64_PLT32	swift_release-0x4
     b5e:	mov    %r13,%rax
     b61:	add    $0x68,%rsp
     b65:	pop    %rbx
     b66:	pop    %r12
     b68:	pop    %r13
     b6a:	pop    %r14
     b6c:	pop    %r15
     b6e:	pop    %rbp
     b6f:	ret

0000000000000b70 <HazardTable.handOver(_:)>:
     b70:	push   %rbp
     b71:	mov    %rsp,%rbp
     b74:	push   %r15
     b76:	push   %r14
     b78:	push   %r13
     b7a:	push   %r12
     b7c:	push   %rbx
     b7d:	sub    $0x68,%rsp
     b81:	mov    0x10(%rdi),%rcx
     b85:	test   %rcx,%rcx
     b88:	mov    %r13,-0x70(%rbp)
     b8c:	mov    %rdi,-0x88(%rbp)
     b93:	mov    %rcx,-0x58(%rbp)
     b97:	je     e6a <HazardTable.handOver(_:)+0x2fa>
     b9d:	mov    0x0(%rip),%rax        # ba4 <HazardTable.handOver(_:)+0x34>
			ba0: R_X86_64_REX_GOTPCRELX	percpu_sequence_add_slow-0x4
     ba4:	mov    (%rax),%rax
     ba7:	mov    %rax,-0x60(%rbp)
     bab:	lea    0x28(%rdi),%r15
     baf:	mov    0x0(%rip),%rax        # bb6 <HazardTable.handOver(_:)+0x46>
			bb2: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
     bb6:	mov    %rax,-0x30(%rbp)
     bba:	mov    %rcx,%r14
     bbd:	jmp    bdd <HazardTable.handOver(_:)+0x6d>
     bbf:	nop
     bc0:	mov    %r13,%rdi
     bc3:	call   bc8 <HazardTable.handOver(_:)+0x58>
			bc4: R_X86_64_PLT32	swift_release-0x4
     bc8:	mov    -0x30(%rbp),%rbx
     bcc:	mov    %rbx,-0x30(%rbp)
     bd0:	add    $0x10,%r15
     bd4:	dec    %r14
     bd7:	je     e75 <HazardTable.handOver(_:)+0x305>
     bdd:	mov    -0x8(%r15),%r13
     be1:	mov    (%r15),%rbx
     be4:	mov    0x10(%r13),%rax
     be8:	mov    %rax,-0x38(%rbp)
     bec:	mov    %r13,%rdi
     bef:	mov    $0x2,%esi
     bf4:	call   bf9 <HazardTable.handOver(_:)+0x89>
			bf5: R_X86_64_PLT32	swift_retain_n-0x4
     bf9:	mov    %r13,%r12
     bfc:	mov    %rbx,-0x48(%rbp)
     c00:	xchg   %r12,0x80(%rbx)
     c07:	test   %r12,%r12
     c0a:	je     bc0 <HazardTable.handOver(_:)+0x50>
     c0c:	mov    %r13,-0x78(%rbp)
     c10:	mov    %r14,-0x80(%rbp)
     c14:	mov    0x30(%r12),%rdi
     c19:	mov    0x70(%rdi),%rax
     c1d:	mov    0x10(%rax),%r14
     c21:	mov    %rdi,-0x40(%rbp)
     c25:	call   c2a <HazardTable.handOver(_:)+0xba>
			c26: R_X86_64_PLT32	swift_retain-0x4
     c2a:	mov    0x0(%rip),%rax        # c31 <HazardTable.handOver(_:)+0xc1>
			c2d: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
     c31:	mov    (%rax),%rax
     c34:	lea    0x0(%rip),%rcx        # c3b <HazardTable.handOver(_:)+0xcb>
			c37: R_X86_64_PC32	__rseq_cs+0xdc
     c3b:	mov    %rcx,%fs:0x8(%rax)
     c40:	mov    %fs:0x4(%rax),%ecx
     c44:	test   %ecx,%ecx
     c46:	js     e55 <HazardTable.handOver(_:)+0x2e5>
     c4c:	shl    $0x10,%rcx
     c50:	addq   $0x1,(%r14,%rcx,1)
     c55:	mov    0x10(%r12),%r13
     c5a:	cmp    -0x38(%rbp),%r13
     c5e:	je     ce0 <HazardTable.handOver(_:)+0x170>
     c64:	mov    -0x40(%rbp),%rdi
     c68:	call   c6d <HazardTable.handOver(_:)+0xfd>
			c69: R_X86_64_PLT32	swift_release-0x4
     c6d:	mov    -0x30(%rbp),%rbx
     c71:	mov    %rbx,%rdi
     c74:	call   c79 <HazardTable.handOver(_:)+0x109>
			c75: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
     c79:	test   %al,%al
     c7b:	jne    c96 <HazardTable.handOver(_:)+0x126>
     c7d:	mov    0x10(%rbx),%rsi
     c81:	inc    %rsi
     c84:	xor    %edi,%edi
     c86:	mov    $0x1,%edx
     c8b:	mov    %rbx,%rcx
     c8e:	call   c93 <HazardTable.handOver(_:)+0x123>
			c8f: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     c93:	mov    %rax,%rbx
     c96:	mov    0x10(%rbx),%r13
     c9a:	mov    0x18(%rbx),%rax
     c9e:	mov    %rax,%rcx
     ca1:	shr    %rcx
     ca4:	lea    0x1(%r13),%r14
     ca8:	cmp    %r13,%rcx
     cab:	jbe    e33 <HazardTable.handOver(_:)+0x2c3>
     cb1:	mov    -0x78(%rbp),%rdi
     cb5:	call   cba <HazardTable.handOver(_:)+0x14a>
			cb6: R_X86_64_PLT32	swift_release-0x4
     cba:	mov    %r14,0x10(%rbx)
     cbe:	shl    $0x4,%r13
     cc2:	mov    %r12,0x20(%rbx,%r13,1)
     cc7:	mov    -0x48(%rbp),%rax
     ccb:	mov    %rax,0x28(%rbx,%r13,1)
     cd0:	jmp    e2a <HazardTable.handOver(_:)+0x2ba>
     cd5:	data16 cs nopw 0x0(%rax,%rax,1)
     ce0:	lea    0x0(%rip),%rdi        # ce7 <HazardTable.handOver(_:)+0x177>
			ce3: R_X86_64_PC32	demangling cache variable for type metadata for _ContiguousArrayStorage<Retiree>-0x4
     ce7:	call   cec <HazardTable.handOver(_:)+0x17c>
			ce8: R_X86_64_PLT32	__swift_instantiateConcreteTypeFromMangledName-0x4
     cec:	mov    $0x40,%esi
     cf1:	mov    $0x7,%edx
     cf6:	mov    %rax,%rdi
     cf9:	call   cfe <HazardTable.handOver(_:)+0x18e>
			cfa: R_X86_64_PLT32	swift_allocObject-0x4
     cfe:	mov    %rax,%r14
     d01:	movq   $0x1,0x10(%rax)
     d09:	movq   $0x2,0x18(%rax)
     d11:	mov    0x18(%r12),%rdi
     d16:	mov    0x20(%r12),%rsi
     d1b:	movzbl 0x28(%r12),%eax
     d21:	mov    %r13,0x20(%r14)
     d25:	mov    %rdi,0x28(%r14)
     d29:	mov    %rsi,0x30(%r14)
     d2d:	mov    %al,0x38(%r14)
     d31:	mov    -0x40(%rbp),%rax
     d35:	mov    0x20(%rax),%rcx
     d39:	cmp    $0x2,%rcx
     d3d:	mov    -0x30(%rbp),%rbx
     d41:	jae    d77 <HazardTable.handOver(_:)+0x207>
     d43:	test   %rdi,%rdi
     d46:	je     dc7 <HazardTable.handOver(_:)+0x257>
     d48:	mov    %rdi,-0x68(%rbp)
     d4c:	mov    %rsi,-0x50(%rbp)
     d50:	call   d55 <HazardTable.handOver(_:)+0x1e5>
			d51: R_X86_64_PLT32	outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
     d55:	mov    -0x50(%rbp),%rdi
     d59:	call   d5e <HazardTable.handOver(_:)+0x1ee>
			d5a: R_X86_64_PLT32	swift_retain-0x4
     d5e:	mov    %r13,%rdi
     d61:	mov    -0x50(%rbp),%r13
     d65:	call   *-0x68(%rbp)
     d68:	mov    -0x68(%rbp),%rdi
     d6c:	mov    -0x50(%rbp),%rsi
     d70:	call   d75 <HazardTable.handOver(_:)+0x205>
			d71: R_X86_64_PLT32	outlined consume of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
     d75:	jmp    dd0 <HazardTable.handOver(_:)+0x260>
     d77:	mov    0x28(%rax),%rdx
     d7b:	mov    %rdx,-0x38(%rbp)
     d7f:	mov    %rcx,%r13
     d82:	mov    %rcx,-0x48(%rbp)
     d86:	call   d8b <HazardTable.handOver(_:)+0x21b>
			d87: R_X86_64_PLT32	outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?-0x4
     d8b:	mov    %r13,%rdi
     d8e:	mov    -0x38(%rbp),%rsi
     d92:	call   d97 <HazardTable.handOver(_:)+0x227>
			d93: R_X86_64_PLT32	outlined copy of HazardDomain.Reclaimer-0x4
     d97:	mov    %r14,%rdi
     d9a:	call   d9f <HazardTable.handOver(_:)+0x22f>
			d9b: R_X86_64_PLT32	swift_retain-0x4
     d9f:	lea    0x164a(%rip),%rdi        # 23f0 <partial apply for closure #1 in Retirement.reclaim(_:)>
     da6:	mov    %r14,%rsi
     da9:	mov    -0x38(%rbp),%r13
     dad:	call   *-0x48(%rbp)
     db0:	mov    %r14,%rdi
     db3:	call   db8 <HazardTable.handOver(_:)+0x248>
			db4: R_X86_64_PLT32	swift_release-0x4
     db8:	mov    -0x48(%rbp),%rdi
     dbc:	mov    -0x38(%rbp),%rsi
     dc0:	call   dc5 <HazardTable.handOver(_:)+0x255>
			dc1: R_X86_64_PLT32	outlined consume of HazardDomain.Reclaimer-0x4
     dc5:	jmp    dd0 <HazardTable.handOver(_:)+0x260>
     dc7:	mov    %r13,%rdi
     dca:	call   dcf <HazardTable.handOver(_:)+0x25f>
			dcb: R_X86_64_PLT32	swift_release-0x4
     dcf:	nop
     dd0:	mov    -0x40(%rbp),%r13
     dd4:	mov    0x50(%r13),%rax
     dd8:	mov    0x10(%r14),%rsi
     ddc:	mov    0x10(%rax),%rdi
     de0:	mov    0x0(%rip),%rax        # de7 <HazardTable.handOver(_:)+0x277>
			de3: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
     de7:	mov    (%rax),%rax
     dea:	mov    -0x78(%rbp),%rdx
     dee:	lea    0x0(%rip),%rcx        # df5 <HazardTable.handOver(_:)+0x285>
			df1: R_X86_64_PC32	__rseq_cs+0xfc
     df5:	mov    %rcx,%fs:0x8(%rax)
     dfa:	mov    %fs:0x4(%rax),%ecx
     dfe:	test   %ecx,%ecx
     e00:	js     e65 <HazardTable.handOver(_:)+0x2f5>
     e02:	shl    $0x10,%rcx
     e06:	add    %rsi,(%rdi,%rcx,1)
     e0a:	mov    %rdx,%rdi
     e0d:	call   e12 <HazardTable.handOver(_:)+0x2a2>
			e0e: R_X86_64_PLT32	swift_release-0x4
     e12:	mov    %r13,%rdi
     e15:	call   e1a <HazardTable.handOver(_:)+0x2aa>
			e16: R_X86_64_PLT32	swift_release-0x4
     e1a:	mov    %r14,%rdi
     e1d:	call   e22 <HazardTable.handOver(_:)+0x2b2>
			e1e: R_X86_64_PLT32	swift_release-0x4
     e22:	mov    %r12,%rdi
     e25:	call   e2a <HazardTable.handOver(_:)+0x2ba>
			e26: R_X86_64_PLT32	swift_release-0x4
     e2a:	mov    -0x80(%rbp),%r14
     e2e:	jmp    bcc <HazardTable.handOver(_:)+0x5c>
     e33:	xor    %edi,%edi
     e35:	cmp    $0x2,%rax
     e39:	setae  %dil
     e3d:	mov    %r14,%rsi
     e40:	mov    $0x1,%edx
     e45:	mov    %rbx,%rcx
     e48:	call   e4d <HazardTable.handOver(_:)+0x2dd>
			e49: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
     e4d:	mov    %rax,%rbx
     e50:	jmp    cb1 <HazardTable.handOver(_:)+0x141>
     e55:	mov    $0x1,%esi
     e5a:	mov    %r14,%rdi
     e5d:	call   *-0x60(%rbp)
     e60:	jmp    c55 <HazardTable.handOver(_:)+0xe5>
     e65:	call   *-0x60(%rbp)
     e68:	jmp    e0a <HazardTable.handOver(_:)+0x29a>
     e6a:	mov    0x0(%rip),%rax        # e71 <HazardTable.handOver(_:)+0x301>
			e6d: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
     e71:	mov    %rax,-0x30(%rbp)
     e75:	lock orl $0x0,-0x40(%rsp)
     e7b:	call   e80 <HazardTable.handOver(_:)+0x310>
			e7c: R_X86_64_PLT32	percpu_membarrier-0x4
     e80:	mov    -0x58(%rbp),%rdx
     e84:	test   %rdx,%rdx
     e87:	mov    -0x88(%rbp),%rcx
     e8e:	je     f72 <HazardTable.handOver(_:)+0x402>
     e94:	mov    0x0(%rip),%rax        # e9b <HazardTable.handOver(_:)+0x32b>
			e97: R_X86_64_REX_GOTPCRELX	percpu_sequence_add_slow-0x4
     e9b:	mov    (%rax),%rax
     e9e:	mov    %rax,-0x38(%rbp)
     ea2:	add    $0x28,%rcx
     ea6:	jmp    ecc <HazardTable.handOver(_:)+0x35c>
     ea8:	nopl   0x0(%rax,%rax,1)
     eb0:	mov    %rbx,%rdi
     eb3:	call   eb8 <HazardTable.handOver(_:)+0x348>
			eb4: R_X86_64_PLT32	swift_release-0x4
     eb8:	mov    %r15,%rcx
     ebb:	add    $0x10,%rcx
     ebf:	mov    -0x58(%rbp),%rdx
     ec3:	dec    %rdx
     ec6:	je     f72 <HazardTable.handOver(_:)+0x402>
     ecc:	mov    %rdx,-0x58(%rbp)
     ed0:	mov    -0x8(%rcx),%rbx
     ed4:	mov    %rcx,%r15
     ed7:	mov    (%rcx),%r14
     eda:	mov    0x10(%rbx),%r12
     ede:	mov    (%r14),%r13
     ee1:	and    $0xfffffffffffffffc,%r13
     ee5:	mov    %rbx,%rdi
     ee8:	call   eed <HazardTable.handOver(_:)+0x37d>
			ee9: R_X86_64_PLT32	swift_retain-0x4
     eed:	cmp    %r12,%r13
     ef0:	je     eb0 <HazardTable.handOver(_:)+0x340>
     ef2:	mov    %rbx,%rax
     ef5:	xor    %ecx,%ecx
     ef7:	lock cmpxchg %rcx,0x80(%r14)
     f00:	setne  %al
     f03:	test   %al,%al
     f05:	jne    eb0 <HazardTable.handOver(_:)+0x340>
     f07:	mov    0x30(%rbx),%r12
     f0b:	mov    0x68(%r12),%rax
     f10:	mov    0x10(%rax),%r13
     f14:	mov    %r12,%rdi
     f17:	call   f1c <HazardTable.handOver(_:)+0x3ac>
			f18: R_X86_64_PLT32	swift_retain-0x4
     f1c:	mov    0x0(%rip),%rax        # f23 <HazardTable.handOver(_:)+0x3b3>
			f1f: R_X86_64_REX_GOTPCRELX	percpu_thread_area_offset-0x4
     f23:	mov    (%rax),%rax
     f26:	lea    0x0(%rip),%rcx        # f2d <HazardTable.handOver(_:)+0x3bd>
			f29: R_X86_64_PC32	__rseq_cs+0x11c
     f2d:	mov    %rcx,%fs:0x8(%rax)
     f32:	mov    %fs:0x4(%rax),%ecx
     f36:	test   %ecx,%ecx
     f38:	js     f65 <HazardTable.handOver(_:)+0x3f5>
     f3a:	shl    $0x10,%rcx
     f3e:	addq   $0x1,0x0(%r13,%rcx,1)
     f44:	mov    %r12,%rdi
     f47:	call   f4c <HazardTable.handOver(_:)+0x3dc>
			f48: R_X86_64_PLT32	swift_release-0x4
     f4c:	mov    %rbx,%rdi
     f4f:	mov    %r14,%rsi
     f52:	mov    $0x1,%edx
     f57:	mov    -0x70(%rbp),%r13
     f5b:	call   f60 <HazardTable.handOver(_:)+0x3f0>
			f5c: R_X86_64_PLT32	HazardTable.settle(_:at:by:)-0x4
     f60:	jmp    eb0 <HazardTable.handOver(_:)+0x340>
     f65:	mov    $0x1,%esi
     f6a:	mov    %r13,%rdi
     f6d:	call   *-0x38(%rbp)
     f70:	jmp    f44 <HazardTable.handOver(_:)+0x3d4>
     f72:	mov    -0x30(%rbp),%rax
     f76:	mov    0x10(%rax),%r15
     f7a:	test   %r15,%r15
     f7d:	mov    -0x70(%rbp),%r13
     f81:	je     fba <HazardTable.handOver(_:)+0x44a>
     f83:	mov    -0x30(%rbp),%rax
     f87:	lea    0x28(%rax),%r12
     f8b:	nopl   0x0(%rax,%rax,1)
     f90:	mov    -0x8(%r12),%rbx
     f95:	mov    (%r12),%r14
     f99:	mov    %rbx,%rdi
     f9c:	call   fa1 <HazardTable.handOver(_:)+0x431>
			f9d: R_X86_64_PLT32	swift_retain-0x4
     fa1:	mov    %rbx,%rdi
     fa4:	mov    %r14,%rsi
     fa7:	mov    $0x1,%edx
     fac:	call   fb1 <HazardTable.handOver(_:)+0x441>
			fad: R_X86_64_PLT32	HazardTable.settle(_:at:by:)-0x4
     fb1:	add    $0x10,%r12
     fb5:	dec    %r15
     fb8:	jne    f90 <HazardTable.handOver(_:)+0x420>
     fba:	mov    -0x30(%rbp),%rdi
     fbe:	add    $0x68,%rsp
     fc2:	pop    %rbx
     fc3:	pop    %r12
     fc5:	pop    %r13
     fc7:	pop    %r14
     fc9:	pop    %r15
     fcb:	pop    %rbp
     fcc:	jmp    fd1 <HazardTable.handOver(_:)+0x461>
			fcd: R_X86_64_PLT32	swift_release-0x4
     fd1:	data16 data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)

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

0000000000001920 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)>:
    1920:	push   %rbp
    1921:	mov    %rsp,%rbp
    1924:	push   %r15
    1926:	push   %r14
    1928:	push   %r13
    192a:	push   %rbx
    192b:	sub    $0x40,%rsp
    192f:	mov    %r12,%rbx
    1932:	mov    %rdx,%r15
    1935:	mov    %rdi,-0x30(%rbp)
    1939:	mov    0x0(%rip),%rax        # 1940 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x20>
			193c: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
    1940:	mov    %rax,-0x40(%rbp)
    1944:	mov    0x8(%rdx),%rax
    1948:	test   %rax,%rax
    194b:	mov    %rdx,-0x50(%rbp)
    194f:	jle    1bdc <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2bc>
    1955:	mov    %rcx,-0x48(%rbp)
    1959:	xor    %r13d,%r13d
    195c:	nopl   0x0(%rax)
    1960:	lea    0x1(%r13),%r14
    1964:	cmp    %rax,%r14
    1967:	jge    1a50 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x130>
    196d:	mov    (%r15),%r8
    1970:	mov    %r14,%rcx
    1973:	shl    $0x4,%rcx
    1977:	mov    (%r8,%rcx,1),%rdx
    197b:	mov    %r13,%rcx
    197e:	shl    $0x4,%rcx
    1982:	mov    (%r8,%rcx,1),%rsi
    1986:	mov    $0x2,%edi
    198b:	sub    %rax,%rdi
    198e:	add    %rcx,%r8
    1991:	add    $0x20,%r8
    1995:	mov    %rdx,%r9
    1998:	nopl   0x0(%rax,%rax,1)
    19a0:	lea    (%rdi,%r14,1),%r10
    19a4:	cmp    $0x1,%r10
    19a8:	je     19e0 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0xc0>
    19aa:	cmp    %rsi,%rdx
    19ad:	setl   %r10b
    19b1:	inc    %r14
    19b4:	mov    (%r8),%r11
    19b7:	cmp    %r9,%r11
    19ba:	setge  %r12b
    19be:	xor    %r10b,%r12b
    19c1:	add    $0x10,%r8
    19c5:	mov    %r11,%r9
    19c8:	test   %r12b,%r12b
    19cb:	jne    19a0 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x80>
    19cd:	cmp    %rsi,%rdx
    19d0:	jl     19e8 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0xc8>
    19d2:	jmp    1a50 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x130>
    19d4:	data16 data16 cs nopw 0x0(%rax,%rax,1)
    19e0:	mov    %rax,%r14
    19e3:	cmp    %rsi,%rdx
    19e6:	jge    1a50 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x130>
    19e8:	cmp    %r13,%r14
    19eb:	jl     1d21 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x401>
    19f1:	jle    1a50 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x130>
    19f3:	mov    %r14,%rax
    19f6:	shl    $0x4,%rax
    19fa:	add    $0xfffffffffffffff0,%rax
    19fe:	mov    %r14,%rdx
    1a01:	mov    %r13,%rsi
    1a04:	jmp    1a30 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x110>
    1a06:	cs nopw 0x0(%rax,%rax,1)
    1a10:	movups (%rdi,%rcx,1),%xmm0
    1a14:	movups (%rdi,%rax,1),%xmm1
    1a18:	movups %xmm1,(%rdi,%rcx,1)
    1a1c:	movups %xmm0,(%rdi,%rax,1)
    1a20:	inc    %rsi
    1a23:	add    $0xfffffffffffffff0,%rax
    1a27:	add    $0x10,%rcx
    1a2b:	cmp    %rdx,%rsi
    1a2e:	jge    1a45 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x125>
    1a30:	dec    %rdx
    1a33:	cmp    %rdx,%rsi
    1a36:	je     1a20 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x100>
    1a38:	mov    (%r15),%rdi
    1a3b:	test   %rdi,%rdi
    1a3e:	jne    1a10 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0xf0>
    1a40:	jmp    1d29 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x409>
    1a45:	mov    0x8(%r15),%rax
    1a49:	nopl   0x0(%rax)
    1a50:	cmp    %rax,%r14
    1a53:	jge    1b10 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x1f0>
    1a59:	mov    %r14,%rcx
    1a5c:	sub    %r13,%rcx
    1a5f:	jo     1d1f <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3ff>
    1a65:	mov    -0x48(%rbp),%rdx
    1a69:	cmp    %rdx,%rcx
    1a6c:	jge    1b10 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x1f0>
    1a72:	mov    %r13,%rcx
    1a75:	add    %rdx,%rcx
    1a78:	jo     1d23 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x403>
    1a7e:	cmp    %rax,%rcx
    1a81:	cmovl  %rcx,%rax
    1a85:	cmp    %r13,%rax
    1a88:	jl     1d25 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x405>
    1a8e:	cmp    %rax,%r14
    1a91:	je     1b10 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x1f0>
    1a97:	mov    (%r15),%rcx
    1a9a:	mov    %r14,%rdx
    1a9d:	shl    $0x4,%rdx
    1aa1:	add    %rcx,%rdx
    1aa4:	add    $0xfffffffffffffff0,%rdx
    1aa8:	jmp    1abc <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x19c>
    1aaa:	nopw   0x0(%rax,%rax,1)
    1ab0:	inc    %r14
    1ab3:	add    $0x10,%rdx
    1ab7:	cmp    %rax,%r14
    1aba:	je     1b03 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x1e3>
    1abc:	mov    %r14,%rsi
    1abf:	shl    $0x4,%rsi
    1ac3:	mov    (%rcx,%rsi,1),%rsi
    1ac7:	mov    %r13,%rdi
    1aca:	mov    %rdx,%r8
    1acd:	nopl   (%rax)
    1ad0:	cmp    (%r8),%rsi
    1ad3:	jge    1ab0 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x190>
    1ad5:	test   %rcx,%rcx
    1ad8:	je     1d27 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x407>
    1ade:	lea    0x10(%r8),%r9
    1ae2:	mov    0x18(%r8),%r10
    1ae6:	movups (%r8),%xmm0
    1aea:	movups %xmm0,(%r9)
    1aee:	mov    %rsi,(%r8)
    1af1:	mov    %r10,0x8(%r8)
    1af5:	add    $0xfffffffffffffff0,%r8
    1af9:	inc    %rdi
    1afc:	cmp    %rdi,%r14
    1aff:	jne    1ad0 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x1b0>
    1b01:	jmp    1ab0 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x190>
    1b03:	mov    %rax,%r14
    1b06:	cs nopw 0x0(%rax,%rax,1)
    1b10:	cmp    %r13,%r14
    1b13:	jl     1d17 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3f7>
    1b19:	mov    %r13,-0x38(%rbp)
    1b1d:	mov    -0x40(%rbp),%r13
    1b21:	mov    %r13,%rdi
    1b24:	call   1b29 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x209>
			1b25: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
    1b29:	test   %al,%al
    1b2b:	mov    %rbx,-0x28(%rbp)
    1b2f:	jne    1b4a <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x22a>
    1b31:	mov    0x10(%r13),%rsi
    1b35:	inc    %rsi
    1b38:	xor    %edi,%edi
    1b3a:	mov    $0x1,%edx
    1b3f:	mov    %r13,%rcx
    1b42:	call   1b47 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x227>
			1b43: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
    1b47:	mov    %rax,%r13
    1b4a:	mov    0x10(%r13),%rbx
    1b4e:	mov    0x18(%r13),%rax
    1b52:	mov    %rax,%rcx
    1b55:	shr    %rcx
    1b58:	lea    0x1(%rbx),%r15
    1b5c:	cmp    %rbx,%rcx
    1b5f:	jbe    1bbd <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x29d>
    1b61:	mov    %r15,0x10(%r13)
    1b65:	shl    $0x4,%rbx
    1b69:	mov    -0x38(%rbp),%rax
    1b6d:	mov    %rax,0x20(%r13,%rbx,1)
    1b72:	mov    %r14,0x28(%r13,%rbx,1)
    1b77:	mov    %r13,-0x40(%rbp)
    1b7b:	mov    -0x30(%rbp),%rax
    1b7f:	mov    (%rax),%rsi
    1b82:	test   %rsi,%rsi
    1b85:	je     1d2b <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x40b>
    1b8b:	lea    -0x40(%rbp),%rdi
    1b8f:	mov    -0x50(%rbp),%r15
    1b93:	mov    %r15,%rdx
    1b96:	mov    -0x28(%rbp),%r12
    1b9a:	call   1b9f <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x27f>
			1b9b: R_X86_64_PLT32	specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)-0x4
    1b9f:	mov    %r12,%rbx
    1ba2:	test   %r12,%r12
    1ba5:	jne    1cf4 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3d4>
    1bab:	mov    0x8(%r15),%rax
    1baf:	mov    %r14,%r13
    1bb2:	cmp    %rax,%r14
    1bb5:	jl     1960 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x40>
    1bbb:	jmp    1bdc <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2bc>
    1bbd:	xor    %edi,%edi
    1bbf:	cmp    $0x2,%rax
    1bc3:	setae  %dil
    1bc7:	mov    %r15,%rsi
    1bca:	mov    $0x1,%edx
    1bcf:	mov    %r13,%rcx
    1bd2:	call   1bd7 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2b7>
			1bd3: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
    1bd7:	mov    %rax,%r13
    1bda:	jmp    1b61 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x241>
    1bdc:	mov    -0x30(%rbp),%rax
    1be0:	mov    (%rax),%rax
    1be3:	mov    %rax,-0x58(%rbp)
    1be7:	test   %rax,%rax
    1bea:	je     1d2f <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x40f>
    1bf0:	mov    -0x40(%rbp),%r13
    1bf4:	mov    %r13,%rdi
    1bf7:	call   1bfc <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2dc>
			1bf8: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
    1bfc:	test   %al,%al
    1bfe:	mov    %rbx,-0x28(%rbp)
    1c02:	jne    1c0f <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2ef>
    1c04:	mov    %r13,%rdi
    1c07:	call   1c0c <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x2ec>
			1c08: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew()-0x4
    1c0c:	mov    %rax,%r13
    1c0f:	mov    0x10(%r13),%r14
    1c13:	cmp    $0x2,%r14
    1c17:	jb     1ce6 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3c6>
    1c1d:	lea    0x10(%r13),%rcx
    1c21:	mov    %r13,-0x38(%rbp)
    1c25:	mov    %rcx,-0x30(%rbp)
    1c29:	nopl   0x0(%rax)
    1c30:	mov    (%r15),%rax
    1c33:	test   %rax,%rax
    1c36:	je     1d2d <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x40d>
    1c3c:	mov    %r14,-0x48(%rbp)
    1c40:	shl    $0x4,%r14
    1c44:	mov    0x0(%r13,%r14,1),%rbx
    1c49:	lea    (%rcx,%r14,1),%r13
    1c4d:	mov    0x8(%rcx,%r14,1),%r15
    1c52:	mov    0x0(%r13),%rsi
    1c56:	mov    %rbx,%rdi
    1c59:	shl    $0x4,%rdi
    1c5d:	add    %rax,%rdi
    1c60:	shl    $0x4,%rsi
    1c64:	add    %rax,%rsi
    1c67:	mov    %r15,%rdx
    1c6a:	shl    $0x4,%rdx
    1c6e:	add    %rax,%rdx
    1c71:	mov    -0x58(%rbp),%rcx
    1c75:	mov    -0x28(%rbp),%r12
    1c79:	call   1c7e <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x35e>
			1c7a: R_X86_64_PLT32	specialized _merge<A>(low:mid:high:buffer:by:)-0x4
    1c7e:	mov    %r12,-0x28(%rbp)
    1c82:	test   %r12,%r12
    1c85:	jne    1cfa <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3da>
    1c87:	cmp    %rbx,%r15
    1c8a:	jl     1d19 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3f9>
    1c90:	mov    -0x48(%rbp),%rsi
    1c94:	lea    -0x2(%rsi),%rax
    1c98:	mov    -0x30(%rbp),%rcx
    1c9c:	cmp    (%rcx),%rax
    1c9f:	jae    1d1b <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3fb>
    1ca1:	add    -0x38(%rbp),%r14
    1ca5:	mov    %rbx,(%r14)
    1ca8:	mov    %r15,0x8(%r14)
    1cac:	mov    (%rcx),%rbx
    1caf:	mov    %rbx,%rdx
    1cb2:	sub    %rsi,%rdx
    1cb5:	jb     1d1d <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3fd>
    1cb7:	dec    %rbx
    1cba:	lea    0x10(%r13),%rsi
    1cbe:	shl    $0x4,%rdx
    1cc2:	mov    %r13,%rdi
    1cc5:	call   1cca <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3aa>
			1cc6: R_X86_64_PLT32	memmove-0x4
    1cca:	mov    -0x30(%rbp),%rcx
    1cce:	mov    %rbx,(%rcx)
    1cd1:	mov    %rbx,%r14
    1cd4:	cmp    $0x1,%rbx
    1cd8:	mov    -0x50(%rbp),%r15
    1cdc:	mov    -0x38(%rbp),%r13
    1ce0:	ja     1c30 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x310>
    1ce6:	mov    %r13,%rdi
    1ce9:	call   1cee <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3ce>
			1cea: R_X86_64_PLT32	swift_release-0x4
    1cee:	mov    -0x28(%rbp),%rbx
    1cf2:	jmp    1d07 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3e7>
    1cf4:	mov    -0x40(%rbp),%rdi
    1cf8:	jmp    1d02 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3e2>
    1cfa:	mov    -0x28(%rbp),%rbx
    1cfe:	mov    -0x38(%rbp),%rdi
    1d02:	call   1d07 <specialized closure #1 in UnsafeMutableBufferPointer._stableSortImpl(by:)+0x3e7>
			1d03: R_X86_64_PLT32	swift_release-0x4
    1d07:	mov    %rbx,%r12
    1d0a:	add    $0x40,%rsp
    1d0e:	pop    %rbx
    1d0f:	pop    %r13
    1d11:	pop    %r14
    1d13:	pop    %r15
    1d15:	pop    %rbp
    1d16:	ret
    1d17:	ud2
    1d19:	ud2
    1d1b:	ud2
    1d1d:	ud2
    1d1f:	ud2
    1d21:	ud2
    1d23:	ud2
    1d25:	ud2
    1d27:	ud2
    1d29:	ud2
    1d2b:	ud2
    1d2d:	ud2
    1d2f:	ud2
    1d31:	data16 data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)

0000000000001d40 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)>:
    1d40:	push   %rbp
    1d41:	mov    %rsp,%rbp
    1d44:	push   %r15
    1d46:	push   %r14
    1d48:	push   %r13
    1d4a:	push   %rbx
    1d4b:	sub    $0x40,%rsp
    1d4f:	mov    %rdx,-0x48(%rbp)
    1d53:	mov    %rsi,-0x40(%rbp)
    1d57:	mov    (%rdi),%r15
    1d5a:	cmpq   $0x2,0x10(%r15)
    1d5f:	jb     1fb2 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x272>
    1d65:	mov    %rdi,%r14
    1d68:	mov    %r12,%rbx
    1d6b:	mov    %r15,%rdi
    1d6e:	call   1d73 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x33>
			1d6f: R_X86_64_PLT32	swift_isUniquelyReferenced_nonNull_native-0x4
    1d73:	test   %al,%al
    1d75:	je     1d7c <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x3c>
    1d77:	mov    %r15,%r8
    1d7a:	jmp    1d87 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x47>
    1d7c:	mov    %r15,%rdi
    1d7f:	call   1d84 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x44>
			1d80: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew()-0x4
    1d84:	mov    %rax,%r8
    1d87:	mov    %r14,-0x38(%rbp)
    1d8b:	mov    %r8,(%r14)
    1d8e:	lea    0x20(%r8),%rax
    1d92:	mov    %rax,-0x30(%rbp)
    1d96:	mov    0x10(%r8),%r15
    1d9a:	mov    %rbx,%r12
    1d9d:	mov    %r8,-0x28(%rbp)
    1da1:	data16 data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
    1db0:	lea    -0x1(%r15),%r10
    1db4:	cmp    $0x4,%r15
    1db8:	jb     1e30 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0xf0>
    1dba:	mov    %r15,%rsi
    1dbd:	shl    $0x4,%rsi
    1dc1:	mov    -0x30(%rbp),%r9
    1dc5:	mov    -0x38(%r9,%rsi,1),%rdx
    1dca:	sub    -0x40(%r9,%rsi,1),%rdx
    1dcf:	jo     1fc9 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x289>
    1dd5:	lea    (%r9,%rsi,1),%rcx
    1dd9:	mov    -0x28(%rcx),%rax
    1ddd:	sub    -0x30(%rcx),%rax
    1de1:	seto   %cl
    1de4:	jo     1fcb <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x28b>
    1dea:	mov    0x8(%r8,%rsi,1),%rdi
    1def:	sub    (%r8,%rsi,1),%rdi
    1df3:	jo     1fcf <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x28f>
    1df9:	add    %rax,%rdi
    1dfc:	jo     1fd3 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x293>
    1e02:	cmp    %rdx,%rdi
    1e05:	jl     1e45 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x105>
    1e07:	mov    %r10,%rdx
    1e0a:	shl    $0x4,%rdx
    1e0e:	mov    0x8(%r9,%rdx,1),%rcx
    1e13:	sub    (%r9,%rdx,1),%rcx
    1e17:	jo     1fdf <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x29f>
    1e1d:	cmp    %rcx,%rax
    1e20:	jl     1e93 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x153>
    1e22:	jmp    1ee5 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x1a5>
    1e27:	nopw   0x0(%rax,%rax,1)
    1e30:	cmp    $0x3,%r15
    1e34:	mov    -0x30(%rbp),%r9
    1e38:	jne    1ea0 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x160>
    1e3a:	mov    0x28(%r8),%rax
    1e3e:	sub    0x20(%r8),%rax
    1e42:	seto   %cl
    1e45:	test   $0x1,%cl
    1e48:	jne    1fcd <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x28d>
    1e4e:	mov    %r15,%rdx
    1e51:	shl    $0x4,%rdx
    1e55:	mov    0x8(%r8,%rdx,1),%rcx
    1e5a:	sub    (%r8,%rdx,1),%rcx
    1e5e:	seto   %dl
    1e61:	jo     1fd1 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x291>
    1e67:	mov    %r10,%rdi
    1e6a:	shl    $0x4,%rdi
    1e6e:	mov    0x8(%r9,%rdi,1),%rsi
    1e73:	sub    (%r9,%rdi,1),%rsi
    1e77:	jo     1fd7 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x297>
    1e7d:	mov    %rcx,%rdi
    1e80:	add    %rsi,%rdi
    1e83:	jo     1fdb <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x29b>
    1e89:	cmp    %rax,%rdi
    1e8c:	jl     1ebd <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x17d>
    1e8e:	cmp    %rsi,%rax
    1e91:	jge    1ee5 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x1a5>
    1e93:	lea    -0x2(%r15),%r10
    1e97:	jmp    1ee5 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x1a5>
    1e99:	nopl   0x0(%rax)
    1ea0:	cmp    $0x2,%r15
    1ea4:	jb     1fdd <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x29d>
    1eaa:	mov    %r15,%rax
    1ead:	shl    $0x4,%rax
    1eb1:	mov    0x8(%r8,%rax,1),%rcx
    1eb6:	sub    (%r8,%rax,1),%rcx
    1eba:	seto   %dl
    1ebd:	test   $0x1,%dl
    1ec0:	jne    1fd5 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x295>
    1ec6:	mov    %r10,%rdx
    1ec9:	shl    $0x4,%rdx
    1ecd:	mov    0x8(%r9,%rdx,1),%rax
    1ed2:	sub    (%r9,%rdx,1),%rax
    1ed6:	jo     1fd9 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x299>
    1edc:	cmp    %rcx,%rax
    1edf:	jl     1fab <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x26b>
    1ee5:	lea    -0x1(%r10),%rbx
    1ee9:	cmp    %r15,%rbx
    1eec:	jae    1fc1 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x281>
    1ef2:	mov    -0x48(%rbp),%rax
    1ef6:	mov    (%rax),%rax
    1ef9:	test   %rax,%rax
    1efc:	je     1fe1 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x2a1>
    1f02:	mov    %rbx,%r15
    1f05:	shl    $0x4,%r15
    1f09:	mov    (%r9,%r15,1),%r14
    1f0d:	mov    %r10,-0x58(%rbp)
    1f11:	mov    %r10,%rcx
    1f14:	shl    $0x4,%rcx
    1f18:	lea    (%r9,%rcx,1),%rdx
    1f1c:	mov    0x8(%r9,%rcx,1),%r13
    1f21:	mov    %rdx,-0x50(%rbp)
    1f25:	mov    (%rdx),%rsi
    1f28:	mov    %r14,%rdi
    1f2b:	shl    $0x4,%rdi
    1f2f:	add    %rax,%rdi
    1f32:	shl    $0x4,%rsi
    1f36:	add    %rax,%rsi
    1f39:	mov    %r13,%rdx
    1f3c:	shl    $0x4,%rdx
    1f40:	add    %rax,%rdx
    1f43:	mov    -0x40(%rbp),%rcx
    1f47:	call   1f4c <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x20c>
			1f48: R_X86_64_PLT32	specialized _merge<A>(low:mid:high:buffer:by:)-0x4
    1f4c:	test   %r12,%r12
    1f4f:	mov    -0x28(%rbp),%r8
    1f53:	jne    1fab <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x26b>
    1f55:	cmp    %r14,%r13
    1f58:	jl     1fc3 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x283>
    1f5a:	cmp    0x10(%r8),%rbx
    1f5e:	jae    1fc5 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x285>
    1f60:	add    -0x30(%rbp),%r15
    1f64:	mov    %r14,(%r15)
    1f67:	mov    %r13,0x8(%r15)
    1f6b:	mov    0x10(%r8),%rbx
    1f6f:	mov    -0x58(%rbp),%rax
    1f73:	cmp    %rbx,%rax
    1f76:	jae    1fc7 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x287>
    1f78:	lea    -0x1(%rbx),%r15
    1f7c:	mov    -0x50(%rbp),%rdi
    1f80:	lea    0x10(%rdi),%rsi
    1f84:	mov    %r15,%rdx
    1f87:	sub    %rax,%rdx
    1f8a:	shl    $0x4,%rdx
    1f8e:	mov    %r12,%r14
    1f91:	call   1f96 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x256>
			1f92: R_X86_64_PLT32	memmove-0x4
    1f96:	mov    -0x28(%rbp),%r8
    1f9a:	mov    %r14,%r12
    1f9d:	mov    %r15,0x10(%r8)
    1fa1:	cmp    $0x2,%rbx
    1fa5:	ja     1db0 <specialized UnsafeMutableBufferPointer._mergeTopRuns(_:buffer:by:)+0x70>
    1fab:	mov    -0x38(%rbp),%rax
    1faf:	mov    %r8,(%rax)
    1fb2:	mov    $0x1,%al
    1fb4:	add    $0x40,%rsp
    1fb8:	pop    %rbx
    1fb9:	pop    %r13
    1fbb:	pop    %r14
    1fbd:	pop    %r15
    1fbf:	pop    %rbp
    1fc0:	ret
    1fc1:	ud2
    1fc3:	ud2
    1fc5:	ud2
    1fc7:	ud2
    1fc9:	ud2
    1fcb:	ud2
    1fcd:	ud2
    1fcf:	ud2
    1fd1:	ud2
    1fd3:	ud2
    1fd5:	ud2
    1fd7:	ud2
    1fd9:	ud2
    1fdb:	ud2
    1fdd:	ud2
    1fdf:	ud2
    1fe1:	mov    -0x38(%rbp),%rax
    1fe5:	mov    -0x28(%rbp),%rcx
    1fe9:	mov    %rcx,(%rax)
    1fec:	ud2
    1fee:	xchg   %ax,%ax

0000000000001ff0 <specialized _merge<A>(low:mid:high:buffer:by:)>:
    1ff0:	push   %rbp
    1ff1:	mov    %rsp,%rbp
    1ff4:	push   %r15
    1ff6:	push   %r14
    1ff8:	push   %r13
    1ffa:	push   %rbx
    1ffb:	sub    $0x20,%rsp
    1fff:	mov    %r12,-0x38(%rbp)
    2003:	mov    %rcx,%r14
    2006:	mov    %rdx,%rbx
    2009:	mov    %rdi,%r13
    200c:	mov    %rsi,%rdi
    200f:	sub    %r13,%rdi
    2012:	lea    0xf(%rdi),%rax
    2016:	test   %rdi,%rdi
    2019:	cmovns %rdi,%rax
    201d:	sar    $0x4,%rax
    2021:	mov    %rdx,%r8
    2024:	sub    %rsi,%r8
    2027:	lea    0xf(%r8),%rcx
    202b:	test   %r8,%r8
    202e:	cmovns %r8,%rcx
    2032:	sar    $0x4,%rcx
    2036:	cmp    %rcx,%rax
    2039:	jge    20ea <specialized _merge<A>(low:mid:high:buffer:by:)+0xfa>
    203f:	cmp    %r13,%r14
    2042:	setae  %cl
    2045:	mov    %rax,%r15
    2048:	shl    $0x4,%r15
    204c:	lea    (%r15,%r13,1),%rdx
    2050:	cmp    %rdx,%r14
    2053:	setb   %dl
    2056:	test   %dl,%cl
    2058:	je     2066 <specialized _merge<A>(low:mid:high:buffer:by:)+0x76>
    205a:	shl    $0x4,%rax
    205e:	mov    %rax,%r15
    2061:	cmp    %r13,%r14
    2064:	je     2084 <specialized _merge<A>(low:mid:high:buffer:by:)+0x94>
    2066:	mov    %rdi,-0x30(%rbp)
    206a:	mov    %r14,%rdi
    206d:	mov    %rsi,-0x28(%rbp)
    2071:	mov    %r13,%rsi
    2074:	mov    %r15,%rdx
    2077:	call   207c <specialized _merge<A>(low:mid:high:buffer:by:)+0x8c>
			2078: R_X86_64_PLT32	memmove-0x4
    207c:	mov    -0x30(%rbp),%rdi
    2080:	mov    -0x28(%rbp),%rsi
    2084:	add    %r14,%r15
    2087:	cmp    $0x10,%rdi
    208b:	setl   %al
    208e:	cmp    %rbx,%rsi
    2091:	setae  %cl
    2094:	or     %al,%cl
    2096:	jne    20e2 <specialized _merge<A>(low:mid:high:buffer:by:)+0xf2>
    2098:	nopl   0x0(%rax,%rax,1)
    20a0:	mov    (%rsi),%rax
    20a3:	cmp    (%r14),%rax
    20a6:	jge    20c0 <specialized _merge<A>(low:mid:high:buffer:by:)+0xd0>
    20a8:	cmp    %rsi,%r13
    20ab:	mov    %rsi,%rax
    20ae:	lea    0x10(%rsi),%rsi
    20b2:	jne    20cc <specialized _merge<A>(low:mid:high:buffer:by:)+0xdc>
    20b4:	jmp    20d4 <specialized _merge<A>(low:mid:high:buffer:by:)+0xe4>
    20b6:	cs nopw 0x0(%rax,%rax,1)
    20c0:	cmp    %r14,%r13
    20c3:	mov    %r14,%rax
    20c6:	lea    0x10(%r14),%r14
    20ca:	je     20d4 <specialized _merge<A>(low:mid:high:buffer:by:)+0xe4>
    20cc:	movups (%rax),%xmm0
    20cf:	movups %xmm0,0x0(%r13)
    20d4:	add    $0x10,%r13
    20d8:	cmp    %r15,%r14
    20db:	jae    20e2 <specialized _merge<A>(low:mid:high:buffer:by:)+0xf2>
    20dd:	cmp    %rbx,%rsi
    20e0:	jb     20a0 <specialized _merge<A>(low:mid:high:buffer:by:)+0xb0>
    20e2:	mov    %r13,%rsi
    20e5:	jmp    21a0 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1b0>
    20ea:	cmp    %rsi,%r14
    20ed:	setae  %al
    20f0:	mov    %rcx,%r15
    20f3:	shl    $0x4,%r15
    20f7:	lea    (%rsi,%r15,1),%rdx
    20fb:	cmp    %rdx,%r14
    20fe:	setb   %dl
    2101:	test   %dl,%al
    2103:	je     2111 <specialized _merge<A>(low:mid:high:buffer:by:)+0x121>
    2105:	shl    $0x4,%rcx
    2109:	mov    %rcx,%r15
    210c:	cmp    %rsi,%r14
    210f:	je     2130 <specialized _merge<A>(low:mid:high:buffer:by:)+0x140>
    2111:	mov    %r14,%rdi
    2114:	mov    %rsi,-0x28(%rbp)
    2118:	mov    -0x28(%rbp),%rsi
    211c:	mov    %r15,%rdx
    211f:	mov    %r8,-0x30(%rbp)
    2123:	call   2128 <specialized _merge<A>(low:mid:high:buffer:by:)+0x138>
			2124: R_X86_64_PLT32	memmove-0x4
    2128:	mov    -0x30(%rbp),%r8
    212c:	mov    -0x28(%rbp),%rsi
    2130:	add    %r14,%r15
    2133:	cmp    %rsi,%r13
    2136:	setae  %al
    2139:	cmp    $0x10,%r8
    213d:	setl   %cl
    2140:	or     %al,%cl
    2142:	jne    21a0 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1b0>
    2144:	lea    -0x10(%rsi),%rax
    2148:	add    $0xfffffffffffffff0,%rbx
    214c:	jmp    215c <specialized _merge<A>(low:mid:high:buffer:by:)+0x16c>
    214e:	xchg   %ax,%ax
    2150:	add    $0xfffffffffffffff0,%rbx
    2154:	mov    %rcx,%r15
    2157:	cmp    %rcx,%r14
    215a:	jae    219d <specialized _merge<A>(low:mid:high:buffer:by:)+0x1ad>
    215c:	lea    0x10(%rbx),%rdx
    2160:	mov    -0x10(%r15),%rcx
    2164:	cmp    (%rax),%rcx
    2167:	jl     2180 <specialized _merge<A>(low:mid:high:buffer:by:)+0x190>
    2169:	lea    -0x10(%r15),%rcx
    216d:	cmp    %r15,%rdx
    2170:	je     2150 <specialized _merge<A>(low:mid:high:buffer:by:)+0x160>
    2172:	movups (%rcx),%xmm0
    2175:	movups %xmm0,(%rbx)
    2178:	jmp    2150 <specialized _merge<A>(low:mid:high:buffer:by:)+0x160>
    217a:	nopw   0x0(%rax,%rax,1)
    2180:	cmp    %rsi,%rdx
    2183:	je     218b <specialized _merge<A>(low:mid:high:buffer:by:)+0x19b>
    2185:	movups (%rax),%xmm0
    2188:	movups %xmm0,(%rbx)
    218b:	cmp    %rax,%r13
    218e:	jae    2198 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1a8>
    2190:	mov    %rax,%rsi
    2193:	cmp    %r15,%r14
    2196:	jb     2144 <specialized _merge<A>(low:mid:high:buffer:by:)+0x154>
    2198:	mov    %rax,%rsi
    219b:	jmp    21a0 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1b0>
    219d:	mov    %rcx,%r15
    21a0:	sub    %r14,%r15
    21a3:	lea    0xf(%r15),%rdx
    21a7:	test   %r15,%r15
    21aa:	cmovns %r15,%rdx
    21ae:	cmp    %r14,%rsi
    21b1:	jne    21c2 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1d2>
    21b3:	mov    %rdx,%rax
    21b6:	and    $0xfffffffffffffff0,%rax
    21ba:	add    %r14,%rax
    21bd:	cmp    %rax,%rsi
    21c0:	jb     21d5 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1e5>
    21c2:	sar    $0x4,%rdx
    21c6:	shl    $0x4,%rdx
    21ca:	mov    %rsi,%rdi
    21cd:	mov    %r14,%rsi
    21d0:	call   21d5 <specialized _merge<A>(low:mid:high:buffer:by:)+0x1e5>
			21d1: R_X86_64_PLT32	memmove-0x4
    21d5:	mov    $0x1,%al
    21d7:	mov    -0x38(%rbp),%r12
    21db:	add    $0x20,%rsp
    21df:	pop    %rbx
    21e0:	pop    %r13
    21e2:	pop    %r14
    21e4:	pop    %r15
    21e6:	pop    %rbp
    21e7:	ret
    21e8:	nopl   0x0(%rax,%rax,1)

00000000000021f0 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)>:
    21f0:	push   %rbp
    21f1:	mov    %rsp,%rbp
    21f4:	push   %r15
    21f6:	push   %r14
    21f8:	push   %r12
    21fa:	push   %rbx
    21fb:	mov    %rcx,%rbx
    21fe:	mov    %rsi,%r12
    2201:	mov    %edi,%r14d
    2204:	test   $0x1,%dl
    2207:	je     223b <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x4b>
    2209:	mov    0x18(%rbx),%rax
    220d:	mov    %rax,%rcx
    2210:	shr    %rcx
    2213:	cmp    %r12,%rcx
    2216:	jge    2238 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x48>
    2218:	movabs $0x4000000000000000,%rdx
    2222:	add    %rdx,%rcx
    2225:	js     22f8 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x108>
    222b:	and    $0xfffffffffffffffe,%rax
    222f:	cmp    %r12,%rax
    2232:	cmovg  %rax,%r12
    2236:	jmp    223b <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x4b>
    2238:	mov    %rcx,%r12
    223b:	mov    0x10(%rbx),%r15
    223f:	cmp    %r15,%r12
    2242:	cmovle %r15,%r12
    2246:	test   %r12,%r12
    2249:	je     229c <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xac>
    224b:	lea    0x0(%rip),%rdi        # 2252 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x62>
			224e: R_X86_64_PC32	demangling cache variable for type metadata for _ContiguousArrayStorage<Range<Int>>-0x4
    2252:	call   2257 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x67>
			2253: R_X86_64_PLT32	__swift_instantiateConcreteTypeFromMangledName-0x4
    2257:	shl    $0x4,%r12
    225b:	add    $0x20,%r12
    225f:	mov    $0x7,%edx
    2264:	mov    %rax,%rdi
    2267:	mov    %r12,%rsi
    226a:	call   226f <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x7f>
			226b: R_X86_64_PLT32	swift_allocObject-0x4
    226f:	mov    %rax,%r12
    2272:	mov    %rax,%rdi
    2275:	call   227a <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0x8a>
			2276: R_X86_64_PLT32	malloc_usable_size-0x4
    227a:	lea    -0x20(%rax),%rcx
    227e:	add    $0xffffffffffffffef,%rax
    2282:	test   %rcx,%rcx
    2285:	cmovns %rcx,%rax
    2289:	sar    $0x4,%rax
    228d:	add    %rax,%rax
    2290:	mov    %r15,0x10(%r12)
    2295:	mov    %rax,0x18(%r12)
    229a:	jmp    22a3 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xb3>
    229c:	mov    0x0(%rip),%r12        # 22a3 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xb3>
			229f: R_X86_64_REX_GOTPCRELX	_swiftEmptyArrayStorage-0x4
    22a3:	lea    0x20(%r12),%rdi
    22a8:	lea    0x20(%rbx),%rsi
    22ac:	shl    $0x4,%r15
    22b0:	test   $0x1,%r14b
    22b4:	je     22dc <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xec>
    22b6:	lea    (%rsi,%r15,1),%rax
    22ba:	cmp    %rax,%rdi
    22bd:	setb   %al
    22c0:	cmp    %rbx,%r12
    22c3:	sete   %cl
    22c6:	test   %al,%cl
    22c8:	jne    22d2 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xe2>
    22ca:	mov    %r15,%rdx
    22cd:	call   22d2 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xe2>
			22ce: R_X86_64_PLT32	memmove-0x4
    22d2:	movq   $0x0,0x10(%rbx)
    22da:	jmp    22e4 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xf4>
    22dc:	mov    %r15,%rdx
    22df:	call   22e4 <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xf4>
			22e0: R_X86_64_PLT32	memcpy-0x4
    22e4:	mov    %rbx,%rdi
    22e7:	call   22ec <specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)+0xfc>
			22e8: R_X86_64_PLT32	swift_release-0x4
    22ec:	mov    %r12,%rax
    22ef:	pop    %rbx
    22f0:	pop    %r12
    22f2:	pop    %r14
    22f4:	pop    %r15
    22f6:	pop    %rbp
    22f7:	ret
    22f8:	ud2
    22fa:	nopw   0x0(%rax,%rax,1)

0000000000002300 <specialized _ContiguousArrayBuffer._consumeAndCreateNew()>:
    2300:	push   %rbp
    2301:	mov    %rsp,%rbp
    2304:	mov    %rdi,%rcx
    2307:	mov    0x10(%rdi),%rsi
    230b:	xor    %edi,%edi
    230d:	xor    %edx,%edx
    230f:	pop    %rbp
    2310:	jmp    2315 <specialized _ContiguousArrayBuffer._consumeAndCreateNew()+0x15>
			2311: R_X86_64_PLT32	specialized _ContiguousArrayBuffer._consumeAndCreateNew(bufferIsUnique:minimumCapacity:growForAppend:)-0x4
    2315:	data16 cs nopw 0x0(%rax,%rax,1)

0000000000002320 <__swift_instantiateConcreteTypeFromMangledName>:
    2320:	mov    (%rdi),%rax
    2323:	test   %rax,%rax
    2326:	js     2329 <__swift_instantiateConcreteTypeFromMangledName+0x9>
    2328:	ret
    2329:	push   %rbp
    232a:	mov    %rsp,%rbp
    232d:	push   %rbx
    232e:	push   %rax
    232f:	mov    %rax,%rsi
    2332:	sar    $0x20,%rsi
    2336:	neg    %rsi
    2339:	cltq
    233b:	add    %rdi,%rax
    233e:	mov    %rdi,%rbx
    2341:	mov    %rax,%rdi
    2344:	xor    %edx,%edx
    2346:	xor    %ecx,%ecx
    2348:	call   234d <__swift_instantiateConcreteTypeFromMangledName+0x2d>
			2349: R_X86_64_PLT32	swift_getTypeByMangledNameInContext2-0x4
    234d:	mov    %rax,(%rbx)
    2350:	add    $0x8,%rsp
    2354:	pop    %rbx
    2355:	pop    %rbp
    2356:	ret
    2357:	nopw   0x0(%rax,%rax,1)

0000000000002360 <outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?>:
    2360:	push   %rbp
    2361:	mov    %rsp,%rbp
    2364:	test   %rdi,%rdi
    2367:	je     2372 <outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?+0x12>
    2369:	mov    %rsi,%rdi
    236c:	pop    %rbp
    236d:	jmp    2372 <outlined copy of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?+0x12>
			236e: R_X86_64_PLT32	swift_retain-0x4
    2372:	pop    %rbp
    2373:	ret
    2374:	data16 data16 cs nopw 0x0(%rax,%rax,1)

0000000000002380 <outlined consume of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?>:
    2380:	push   %rbp
    2381:	mov    %rsp,%rbp
    2384:	test   %rdi,%rdi
    2387:	je     2392 <outlined consume of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?+0x12>
    2389:	mov    %rsi,%rdi
    238c:	pop    %rbp
    238d:	jmp    2392 <outlined consume of (@escaping @callee_guaranteed @Sendable (@unowned UnsafeMutableRawPointer) -> ())?+0x12>
			238e: R_X86_64_PLT32	swift_release-0x4
    2392:	pop    %rbp
    2393:	ret
    2394:	data16 data16 cs nopw 0x0(%rax,%rax,1)

00000000000023a0 <partial apply for closure #1 in Retirement.reclaim(_:)>:
    23a0:	push   %rbp
    23a1:	mov    %rsp,%rbp
    23a4:	mov    %r13,%rdi
    23a7:	pop    %rbp
    23a8:	jmp    23ad <partial apply for closure #1 in Retirement.reclaim(_:)+0xd>
			23a9: R_X86_64_PLT32	closure #1 in Retirement.reclaim(_:)-0x4
    23ad:	nopl   (%rax)

00000000000023b0 <outlined copy of HazardDomain.Reclaimer>:
    23b0:	push   %rbp
    23b1:	mov    %rsp,%rbp
    23b4:	cmp    $0x2,%rdi
    23b8:	jae    23bc <outlined copy of HazardDomain.Reclaimer+0xc>
    23ba:	pop    %rbp
    23bb:	ret
    23bc:	mov    %rsi,%rdi
    23bf:	pop    %rbp
    23c0:	jmp    23c5 <outlined copy of HazardDomain.Reclaimer+0x15>
			23c1: R_X86_64_PLT32	swift_retain-0x4
    23c5:	data16 cs nopw 0x0(%rax,%rax,1)

00000000000023d0 <outlined consume of HazardDomain.Reclaimer>:
    23d0:	push   %rbp
    23d1:	mov    %rsp,%rbp
    23d4:	cmp    $0x2,%rdi
    23d8:	jae    23dc <outlined consume of HazardDomain.Reclaimer+0xc>
    23da:	pop    %rbp
    23db:	ret
    23dc:	mov    %rsi,%rdi
    23df:	pop    %rbp
    23e0:	jmp    23e5 <outlined consume of HazardDomain.Reclaimer+0x15>
			23e1: R_X86_64_PLT32	swift_release-0x4
    23e5:	data16 cs nopw 0x0(%rax,%rax,1)

00000000000023f0 <partial apply for closure #1 in Retirement.reclaim(_:)>:
    23f0:	push   %rbp
    23f1:	mov    %rsp,%rbp
    23f4:	pop    %rbp
    23f5:	jmp    23a0 <partial apply for closure #1 in Retirement.reclaim(_:)>

Disassembly of section .text.static HazardTable.lineSize.getter:

0000000000000000 <static HazardTable.lineSize.getter>:
   0:	push   %rbp
   1:	mov    %rsp,%rbp
   4:	mov    $0x80,%eax
   9:	pop    %rbp
   a:	ret

Disassembly of section .text.static HazardTable.tagMask.getter:

0000000000000000 <static HazardTable.tagMask.getter>:
   0:	push   %rbp
   1:	mov    %rsp,%rbp
   4:	mov    $0x3,%eax
   9:	pop    %rbp
   a:	ret

Disassembly of section .text.HazardTable.deinit:

0000000000000000 <HazardTable.deinit>:
   0:	push   %rbp
   1:	mov    %rsp,%rbp
   4:	push   %r15
   6:	push   %r14
   8:	push   %r13
   a:	push   %rbx
   b:	mov    %r13,%rbx
   e:	lea    0x0(%rip),%rdi        # 15 <HazardTable.deinit+0x15>
			11: R_X86_64_PC32	one-time initialization token for shared-0x4
  15:	lea    0x0(%rip),%rsi        # 1c <HazardTable.deinit+0x1c>
			18: R_X86_64_PC32	one-time initialization function for shared-0x4
  1c:	call   21 <HazardTable.deinit+0x21>
			1d: R_X86_64_PLT32	swift_once-0x4
  21:	mov    0x0(%rip),%r13        # 28 <HazardTable.deinit+0x28>
			24: R_X86_64_PC32	static PerCPUArena.shared-0x4
  28:	mov    0x10(%rbx),%r14
  2c:	call   31 <HazardTable.deinit+0x31>
			2d: R_X86_64_PLT32	percpu_cpu_limit-0x4
  31:	cmp    $0xfffffffe,%eax
  34:	jl     11e <HazardTable.deinit+0x11e>
  3a:	jne    97 <HazardTable.deinit+0x97>
  3c:	call   41 <HazardTable.deinit+0x41>
			3d: R_X86_64_PLT32	percpu_bookkeeping_lock-0x4
  41:	mov    $0x100,%esi
  46:	mov    %r14,%rdi
  49:	call   4e <HazardTable.deinit+0x4e>
			4a: R_X86_64_PLT32	PerCPUArena.putFree(_:size:)-0x4
  4e:	call   53 <HazardTable.deinit+0x53>
			4f: R_X86_64_PLT32	percpu_bookkeeping_unlock-0x4
  53:	mov    0x20(%rbx),%r14
  57:	mov    (%r14),%rdi
  5a:	test   %rdi,%rdi
  5d:	je     75 <HazardTable.deinit+0x75>
  5f:	nop
  60:	mov    (%rdi),%r15
  63:	mov    $0x1000,%esi
  68:	call   6d <HazardTable.deinit+0x6d>
			69: R_X86_64_PLT32	percpu_memory_release-0x4
  6d:	mov    %r15,%rdi
  70:	test   %r15,%r15
  73:	jne    60 <HazardTable.deinit+0x60>
  75:	mov    %r14,%rdi
  78:	mov    $0xffffffffffffffff,%rsi
  7f:	mov    $0xffffffffffffffff,%rdx
  86:	call   8b <HazardTable.deinit+0x8b>
			87: R_X86_64_PLT32	swift_slowDealloc-0x4
  8b:	mov    %rbx,%rax
  8e:	pop    %rbx
  8f:	pop    %r13
  91:	pop    %r14
  93:	pop    %r15
  95:	pop    %rbp
  96:	ret
  97:	cltq
  99:	lea    0x2(%rax),%rdx
  9d:	movabs $0x8000000000000002,%rcx
  a7:	cmp    %rcx,%rdx
  aa:	cmovb  %rdx,%rcx
  ae:	add    $0xfffffffffffffffe,%rcx
  b2:	lea    -0x1fff8(%r14),%rdx
  b9:	mov    $0xfffffffffffffffe,%rsi
  c0:	jmp    e3 <HazardTable.deinit+0xe3>
  c2:	data16 data16 data16 data16 cs nopw 0x0(%rax,%rax,1)
  d0:	inc    %rsi
  d3:	add    $0x10000,%rdx
  da:	cmp    %rax,%rsi
  dd:	je     3c <HazardTable.deinit+0x3c>
  e3:	cmp    %rcx,%rsi
  e6:	je     11c <HazardTable.deinit+0x11c>
  e8:	xor    %edi,%edi
  ea:	jmp    fa <HazardTable.deinit+0xfa>
  ec:	nopl   0x0(%rax)
  f0:	add    $0x2,%rdi
  f4:	cmp    $0x20,%rdi
  f8:	je     d0 <HazardTable.deinit+0xd0>
  fa:	cmpq   $0x0,-0x8(%rdx,%rdi,8)
 100:	je     10b <HazardTable.deinit+0x10b>
 102:	movq   $0x0,-0x8(%rdx,%rdi,8)
 10b:	cmpq   $0x0,(%rdx,%rdi,8)
 110:	je     f0 <HazardTable.deinit+0xf0>
 112:	movq   $0x0,(%rdx,%rdi,8)
 11a:	jmp    f0 <HazardTable.deinit+0xf0>
 11c:	ud2
 11e:	ud2

Disassembly of section .text.HazardTable.__deallocating_deinit:

0000000000000000 <HazardTable.__deallocating_deinit>:
   0:	push   %rbp
   1:	mov    %rsp,%rbp
   4:	push   %r15
   6:	push   %r14
   8:	push   %r13
   a:	push   %rbx
   b:	mov    %r13,%rbx
   e:	lea    0x0(%rip),%rdi        # 15 <HazardTable.__deallocating_deinit+0x15>
			11: R_X86_64_PC32	one-time initialization token for shared-0x4
  15:	lea    0x0(%rip),%rsi        # 1c <HazardTable.__deallocating_deinit+0x1c>
			18: R_X86_64_PC32	one-time initialization function for shared-0x4
  1c:	call   21 <HazardTable.__deallocating_deinit+0x21>
			1d: R_X86_64_PLT32	swift_once-0x4
  21:	mov    0x0(%rip),%r13        # 28 <HazardTable.__deallocating_deinit+0x28>
			24: R_X86_64_PC32	static PerCPUArena.shared-0x4
  28:	mov    0x10(%rbx),%r14
  2c:	call   31 <HazardTable.__deallocating_deinit+0x31>
			2d: R_X86_64_PLT32	percpu_cpu_limit-0x4
  31:	cmp    $0xfffffffe,%eax
  34:	jl     11e <HazardTable.__deallocating_deinit+0x11e>
  3a:	jne    a5 <HazardTable.__deallocating_deinit+0xa5>
  3c:	call   41 <HazardTable.__deallocating_deinit+0x41>
			3d: R_X86_64_PLT32	percpu_bookkeeping_lock-0x4
  41:	mov    $0x100,%esi
  46:	mov    %r14,%rdi
  49:	call   4e <HazardTable.__deallocating_deinit+0x4e>
			4a: R_X86_64_PLT32	PerCPUArena.putFree(_:size:)-0x4
  4e:	call   53 <HazardTable.__deallocating_deinit+0x53>
			4f: R_X86_64_PLT32	percpu_bookkeeping_unlock-0x4
  53:	mov    0x20(%rbx),%r14
  57:	mov    (%r14),%rdi
  5a:	test   %rdi,%rdi
  5d:	je     75 <HazardTable.__deallocating_deinit+0x75>
  5f:	nop
  60:	mov    (%rdi),%r15
  63:	mov    $0x1000,%esi
  68:	call   6d <HazardTable.__deallocating_deinit+0x6d>
			69: R_X86_64_PLT32	percpu_memory_release-0x4
  6d:	mov    %r15,%rdi
  70:	test   %r15,%r15
  73:	jne    60 <HazardTable.__deallocating_deinit+0x60>
  75:	mov    %r14,%rdi
  78:	mov    $0xffffffffffffffff,%rsi
  7f:	mov    $0xffffffffffffffff,%rdx
  86:	call   8b <HazardTable.__deallocating_deinit+0x8b>
			87: R_X86_64_PLT32	swift_slowDealloc-0x4
  8b:	mov    $0x28,%esi
  90:	mov    $0x7,%edx
  95:	mov    %rbx,%rdi
  98:	pop    %rbx
  99:	pop    %r13
  9b:	pop    %r14
  9d:	pop    %r15
  9f:	pop    %rbp
  a0:	jmp    a5 <HazardTable.__deallocating_deinit+0xa5>
			a1: R_X86_64_PLT32	swift_deallocClassInstance-0x4
  a5:	cltq
  a7:	lea    0x2(%rax),%rdx
  ab:	movabs $0x8000000000000002,%rcx
  b5:	cmp    %rcx,%rdx
  b8:	cmovb  %rdx,%rcx
  bc:	add    $0xfffffffffffffffe,%rcx
  c0:	lea    -0x1fff8(%r14),%rdx
  c7:	mov    $0xfffffffffffffffe,%rsi
  ce:	jmp    e3 <HazardTable.__deallocating_deinit+0xe3>
  d0:	inc    %rsi
  d3:	add    $0x10000,%rdx
  da:	cmp    %rax,%rsi
  dd:	je     3c <HazardTable.__deallocating_deinit+0x3c>
  e3:	cmp    %rcx,%rsi
  e6:	je     11c <HazardTable.__deallocating_deinit+0x11c>
  e8:	xor    %edi,%edi
  ea:	jmp    fa <HazardTable.__deallocating_deinit+0xfa>
  ec:	nopl   0x0(%rax)
  f0:	add    $0x2,%rdi
  f4:	cmp    $0x20,%rdi
  f8:	je     d0 <HazardTable.__deallocating_deinit+0xd0>
  fa:	cmpq   $0x0,-0x8(%rdx,%rdi,8)
 100:	je     10b <HazardTable.__deallocating_deinit+0x10b>
 102:	movq   $0x0,-0x8(%rdx,%rdi,8)
 10b:	cmpq   $0x0,(%rdx,%rdi,8)
 110:	je     f0 <HazardTable.__deallocating_deinit+0xf0>
 112:	movq   $0x0,(%rdx,%rdi,8)
 11a:	jmp    f0 <HazardTable.__deallocating_deinit+0xf0>
 11c:	ud2
 11e:	ud2

Disassembly of section __rseq_failure:

0000000000000000 <__rseq_failure>:
   0:	ud1    0x53053053(%rip),%edi        # 5305305a <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050c6a>
   7:	jmp    c <__rseq_failure+0xc>
			8: R_X86_64_PLT32	.text+0x561
   c:	ud1    0x53053053(%rip),%edi        # 53053066 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050c76>
  13:	jmp    18 <__rseq_failure+0x18>
			14: R_X86_64_PLT32	.text+0x5bd
  18:	ud1    0x53053053(%rip),%edi        # 53053072 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050c82>
  1f:	jmp    24 <__rseq_failure+0x24>
			20: R_X86_64_PLT32	.text+0x605
  24:	ud1    0x53053053(%rip),%edi        # 5305307e <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050c8e>
  2b:	jmp    30 <__rseq_failure+0x30>
			2c: R_X86_64_PLT32	.text+0x654
  30:	ud1    0x53053053(%rip),%edi        # 5305308a <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050c9a>
  37:	jmp    3c <__rseq_failure+0x3c>
			38: R_X86_64_PLT32	.text+0x6a3
  3c:	ud1    0x53053053(%rip),%edi        # 53053096 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050ca6>
  43:	jmp    48 <__rseq_failure+0x48>
			44: R_X86_64_PLT32	.text+0x6f2
  48:	ud1    0x53053053(%rip),%edi        # 530530a2 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cb2>
  4f:	jmp    54 <__rseq_failure+0x54>
			50: R_X86_64_PLT32	.text+0x741
  54:	ud1    0x53053053(%rip),%edi        # 530530ae <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cbe>
  5b:	jmp    60 <__rseq_failure+0x60>
			5c: R_X86_64_PLT32	.text+0xe51
  60:	ud1    0x53053053(%rip),%edi        # 530530ba <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cca>
  67:	jmp    6c <__rseq_failure+0x6c>
			68: R_X86_64_PLT32	.text+0xe61
  6c:	ud1    0x53053053(%rip),%edi        # 530530c6 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cd6>
  73:	jmp    78 <__rseq_failure+0x78>
			74: R_X86_64_PLT32	.text+0xf61
  78:	ud1    0x53053053(%rip),%edi        # 530530d2 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050ce2>
  7f:	jmp    84 <__rseq_failure+0x84>
			80: R_X86_64_PLT32	.text+0x10d4
  84:	ud1    0x53053053(%rip),%edi        # 530530de <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cee>
  8b:	jmp    90 <__rseq_failure+0x90>
			8c: R_X86_64_PLT32	.text+0x132e
  90:	ud1    0x53053053(%rip),%edi        # 530530ea <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050cfa>
  97:	jmp    9c <__rseq_failure+0x9c>
			98: R_X86_64_PLT32	.text+0x1326
  9c:	ud1    0x53053053(%rip),%edi        # 530530f6 <partial apply for closure #1 in Retirement.reclaim(_:)+0x53050d06>
  a3:	jmp    a8 <demangling cache variable for type metadata for _ContiguousArrayStorage<Range<Int>>+0x28>
			a4: R_X86_64_PLT32	.text+0x1901

Disassembly of section .text.type metadata accessor for HazardTable:

0000000000000000 <type metadata accessor for HazardTable>:
   0:	lea    0x0(%rip),%rax        # 7 <type metadata accessor for HazardTable+0x7>
			3: R_X86_64_PC32	full type metadata for HazardTable+0x14
   7:	xor    %edx,%edx
   9:	ret
