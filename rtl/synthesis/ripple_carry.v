// The carries of an adder one after the other, in place of the prefix tree that Yosys makes by itself.
(* techmap_celltype = "$lcu" *)
module _80_lcu_ripple_carry (P, G, CI, CO);
    parameter WIDTH = 2;

    (* force_downto *)
    input [WIDTH-1:0] P, G;
    input CI;

    (* force_downto *)
    output [WIDTH-1:0] CO;

    assign CO = G | (P & {CO, CI});
endmodule
